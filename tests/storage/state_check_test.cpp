// What is told, word for word, of a state folder that must not be opened; and that nothing in it
// changes then.
#include "storage/state_check.hpp"

#include "storage/host/durable_file.hpp"
#include "storage/lmdb/environment.hpp"
#include "tests/storage/sample_state.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace kodad;
using namespace kodad::storage;
namespace fs = std::filesystem;

namespace {

constexpr size_t page = 4096;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct state_fixture {
  state_fixture() {
    auto opened = database::open({folder, 1 << 26});
    REQUIRE(opened.ok());
    tests::fill(**opened, 40);
    opened->reset();
    sound = read_file(path);
  }

  void write(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  /// All files of the state but the lock, with what they hold.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().filename() != "lock")
        out[entry.path().string()] = read_file(entry.path().string());
    return out;
  }

  /// What is said of the state; nothing may change, and no folder appear.
  std::string said() const {
    auto before = files();
    auto opened = database::open({folder, 1 << 26});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.failure().code == proto::ec::storage_failed);
    CHECK(files() == before);
    return opened.failure().context;
  }

  std::string damaged_at(size_t place, const std::string& bytes) const {
    auto changed = sound;
    changed.replace(place, bytes.size(), bytes);
    write(changed);
    return said();
  }

  tests::temp_dir dir;
  std::string folder = dir.path() + "/state";
  std::string path = folder + "/data.mdb";
  std::string ways = "; restore a backup of " + folder + ", or move it aside to begin anew";
  std::string sound;
};

} // namespace

TEST_CASE_FIXTURE(state_fixture, "a file that is empty, too short or cut off is refused") {
  write("");
  CHECK(said() == path + " is empty: all that it held is gone" + ways);
  write(sound.substr(0, 100));
  CHECK(said() == path + " is cut off: it has 100 bytes" + ways);
  write(sound.substr(0, page + 7));
  CHECK(said() == path + " is cut off: it has 4103 bytes" + ways);
  for (size_t pages = 2; pages < sound.size() / page; pages += 3) {
    write(sound.substr(0, pages * page));
    CHECK(said().starts_with(path + " is cut off"));
  }
  write(sound.substr(0, sound.size() - page));
  CHECK(said().starts_with(path + " is cut off"));
  write(sound.substr(0, sound.size() - 1));
  CHECK(said().starts_with(path + " is cut off"));
}

TEST_CASE_FIXTURE(state_fixture, "a file that is something else is refused") {
  write(std::string(100'000, 'x'));
  CHECK(said() == path + " is no database: its first page is something else or damaged" + ways);
  CHECK(damaged_at(16, "\xBE\xEF\xC0\xDE") ==
        path + " was written on a machine of the other byte order" + ways);
  CHECK(damaged_at(20, std::string("\x02\0\0\0", 4)) ==
        path + " has version 2 of LMDB's file format; this kodad reads 1" + ways);
  // The page size stands in the tree of free pages.
  CHECK(damaged_at(40, std::string("\0\x20\0\0", 4)).starts_with(path + " is damaged: "));
  CHECK(damaged_at(40, std::string("\x07\0\0\0", 4)) ==
        path + " is damaged: it has pages of 7 bytes" + ways);
  CHECK(damaged_at(page, std::string(page, 'x')) ==
        path + " is damaged: its second page is none of a database" + ways);
}

TEST_CASE_FIXTURE(state_fixture, "the newest commit cannot get lost for an older one") {
  // The number of the commit stands last in either page.
  constexpr size_t commit = 16 + 24 + 2 * 48 + 8;
  for (size_t at : {commit, page + commit})
    for (char bit : {'\x01', '\x02', '\x40'}) {
      auto changed = std::string(1, static_cast<char>(sound[at] ^ bit));
      auto told = damaged_at(at, changed);
      bool is_lost = told == path + " is damaged: its newest commit is lost" + ways;
      CHECK((is_lost || told == path + " is damaged: its first two pages do not agree" + ways));
    }
}

TEST_CASE_FIXTURE(state_fixture, "a database that is missing beside its state is refused") {
  fs::remove(path);
  CHECK(said() == path + " is missing, though " + folder + "/lock.mdb is there" + ways);
  fs::remove(folder + "/lock.mdb");
  CHECK(said() == path + " is missing, though " + folder + "/blobs is there" + ways);
  fs::create_directory(path);
  CHECK(said() == path + " is no plain file" + ways);
}

TEST_CASE_FIXTURE(state_fixture, "a database of a newer format is refused") {
  {
    auto opened = database::open({folder, 1 << 26});
    write_batch newer;
    newer.put(table::meta, "format", std::string("\x01\0\0\0\x09", 5));
    REQUIRE((*opened)->commit({&newer, 1})[0].ok());
  }
  CHECK(said() == path +
                      " has format 9, this kodad knows up to 2: it was written by a newer "
                      "version; start that version, restore a backup of " +
                      folder + ", or move it aside to begin anew");
}

TEST_CASE("a first start that was cut off anywhere is no trace of a state") {
  tests::temp_dir dir;
  REQUIRE(host::make_folders(dir.path() + "/data.new").ok());
  std::ofstream(dir.path() + "/data.new/data.mdb") << "half";
  std::ofstream(dir.path() + "/lock") << "";
  REQUIRE(host::make_folders(dir.path() + "/blobs").ok());

  CHECK(database::open({dir.path(), 1 << 26}).ok());
  CHECK_FALSE(host::file_exists(dir.path() + "/data.new"));
}

TEST_CASE_FIXTURE(state_fixture, "what could not be checked in time is told") {
  auto whole = check_state(folder, std::chrono::seconds(60));
  REQUIRE(whole.ok());
  CHECK(whole->is_whole);
  CHECK(whole->notice.empty());

  auto hurried = check_state(folder, std::chrono::seconds(0));
  REQUIRE(hurried.ok());
  CHECK_FALSE(hurried->is_whole);
  CHECK(
      hurried->notice.starts_with(path + " is too large to be checked whole: looked at 0 MiB of "));
  CHECK(
      hurried->notice.ends_with(" in 0 s; a record that is damaged will be told when it is read"));
}

TEST_CASE_FIXTURE(state_fixture, "a database of format 1 is brought up to date with all it holds") {
  tests::all_rows rows;
  {
    auto opened = database::open({folder, 1 << 26});
    rows = tests::read_all(**opened);
  }
  auto old = dir.path() + "/old";
  REQUIRE(host::make_folders(old).ok());
  {
    auto bare = lmdb::environment::open(old, 1 << 26);
    REQUIRE(bare.ok());
    auto writing = (*bare)->write();
    for (size_t i = 0; i < rows.size(); ++i)
      for (const auto& [key, value] : rows[i])
        if (static_cast<table>(i) != table::meta && value.size() < 4000)
          REQUIRE(writing->put(static_cast<table>(i), key, value).ok());
    std::string id = "ses_" + std::string(36, 'z');
    REQUIRE(writing->put(table::sessions, id, "\x01{}").ok());
    REQUIRE(writing->put(table::meta, "format", std::string("\x01\0\0\0\x01", 5)).ok());
    REQUIRE(writing->commit().ok());
  }

  for (int round = 0; round < 2; ++round) {
    auto opened = database::open({old, 1 << 26});
    REQUIRE(opened.ok());
    auto now = tests::read_all(**opened);
    for (size_t i = 0; i < rows.size(); ++i)
      for (const auto& [key, value] : rows[i])
        if (static_cast<table>(i) != table::meta && value.size() < 4000)
          CHECK(now[i].at(key) == value);
  }
  CHECK(check_state(old)->format == 2);
}
