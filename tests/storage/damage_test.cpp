// A database that a disk, a full copy or another program damaged: it is refused with a word, or
// every answer is the truth or an error. Never a crash without a word, never a lost blob.
#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/lmdb/page_layout.hpp"
#include "tests/storage/sample_state.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

constexpr size_t map_bytes = 1 << 26;
constexpr size_t page = 4096;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// In place: a file that is mapped sees it at once.
void write_file(const std::string& path, const std::string& bytes) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(::pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  REQUIRE(::ftruncate(fd, static_cast<off_t>(bytes.size())) == 0);
  ::close(fd);
}

/// How many seeds: 200 of each kind is what is promised.
int seeds() {
  const char* asked = std::getenv("KODAD_DAMAGE_SEEDS");
  return asked ? std::atoi(asked) : 200;
}

std::string damaged(std::string bytes, std::mt19937_64& random) {
  auto place = [&random](size_t below) { return static_cast<size_t>(random() % below); };
  auto pages = bytes.size() / page;
  auto at = place(pages) * page;
  switch (random() % 7) {
  case 0:
    bytes.resize(place(bytes.size()));
    break;
  case 1:
    bytes.resize(at);
    break;
  case 2: // Heads and offsets, where a bit does most harm.
    bytes[at + place(64)] ^= static_cast<char>(1 << place(8));
    break;
  case 3:
    for (auto left = 1 + place(8); left > 0; --left)
      bytes[place(bytes.size())] ^= static_cast<char>(1 << place(8));
    break;
  case 4:
    for (size_t i = 0; i < page; ++i)
      bytes[at + i] = static_cast<char>(random());
    break;
  case 5:
    bytes.replace(at, page, bytes, place(pages) * page, page);
    break;
  default:
    bytes.replace(at, page, page, '\0');
  }
  return bytes;
}

enum outcome : int { all_true = 0, some_refused = 10, not_opened = 11, told = 70, wrong = 1 };

/// Every answer of an open database against the truth.
outcome judge(const database& kept, const tests::all_rows& truth) {
  auto out = all_true;
  auto at = kept.read();
  for (size_t i = 0; i < truth.size(); ++i) {
    auto where = static_cast<table>(i);
    std::map<std::string, std::string> found;
    auto scanned = at.scan(where, {"", std::string(512, '\xff')}, lmdb::direction::forward,
                           [&](std::string_view key, std::string_view value) {
                             found.emplace(key, value);
                             return true;
                           });
    if (!scanned)
      out = some_refused;
    else if (found != truth[i])
      return wrong;
    for (const auto& [key, value] : truth[i]) {
      auto one = at.get(where, key);
      if (!one)
        out = some_refused;
      else if (!*one || **one != value)
        return wrong;
      auto none = at.get(where, key + "x");
      if (none && *none)
        return wrong;
    }
  }
  return out;
}

struct damage_fixture {
  damage_fixture() {
    folder = dir.path() + "/state";
    auto opened = database::open({folder, map_bytes});
    REQUIRE(opened.ok());
    tests::fill(**opened, 120);
    truth = tests::read_all(**opened);
    opened->reset();
    pristine = read_file(path());
    for (const auto& blob : host::files_below(folder + "/blobs"))
      blobs[blob] = sha256(read_file(blob));
    REQUIRE(blobs.size() >= 5);
  }

  std::string path() const { return folder + "/data.mdb"; }

  /// Runs in a process of its own, whose last words are kept.
  outcome in_child(const std::function<outcome()>& what) {
    auto words = dir.path() + "/words";
    int child = ::fork();
    if (child == 0) {
      int fd = ::open(words.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      ::dup2(fd, 2);
      ::_exit(what());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status))
      return wrong;
    auto out = static_cast<outcome>(WEXITSTATUS(status));
    if (out == told && read_file(words).find(path()) == std::string::npos)
      return wrong;
    return out;
  }

  /// What is answered when the file becomes `bytes` while it is open.
  outcome damaged_in_use(const std::string& bytes) {
    write_file(path(), pristine);
    return in_child([&] {
      auto opened = database::open({folder, map_bytes});
      if (!opened)
        return wrong;
      write_file(path(), bytes);
      return judge(**opened, truth);
    });
  }

  bool has_all_blobs() const {
    for (const auto& [name, digest] : blobs)
      if (sha256(read_file(name)) != digest)
        return false;
    return true;
  }

  tests::temp_dir dir;
  std::string folder;
  tests::all_rows truth;
  std::string pristine;
  std::map<std::string, std::string> blobs;
};

} // namespace

TEST_CASE_FIXTURE(damage_fixture, "a damaged database is refused or tells nothing but the truth") {
  std::map<outcome, int> seen;
  for (int seed = 1; seed <= seeds(); ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed));
    auto bytes = damaged(pristine, random);
    write_file(path(), bytes);

    auto how = in_child([&] {
      auto opened = database::open({folder, map_bytes});
      if (opened)
        return judge(**opened, truth);
      const auto& said = opened.failure().context;
      bool is_helpful = said.find(path()) != std::string::npos &&
                        said.find("restore a backup of " + folder) != std::string::npos;
      return is_helpful ? not_opened : wrong;
    });

    INFO("seed ", seed);
    CHECK(how != wrong);
    CHECK(how != told); // The check at the start leaves nothing to die of.
    CHECK(has_all_blobs());
    if (how == not_opened)
      CHECK(read_file(path()) == bytes);
    ++seen[how];
  }
  MESSAGE("refused ", seen[not_opened], ", harmless ", seen[all_true], ", errors ",
          seen[some_refused]);
  CHECK(seen[not_opened] > seeds() / 2);
}

TEST_CASE_FIXTURE(damage_fixture, "damage while the database is open is told, not answered") {
  std::map<outcome, int> seen;
  for (int seed = 1; seed <= seeds(); ++seed) {
    std::mt19937_64 random(static_cast<uint64_t>(seed) + 10'000);
    auto bytes = damaged(pristine, random);

    auto how = damaged_in_use(bytes);

    INFO("seed ", seed);
    CHECK(how != wrong);
    CHECK(has_all_blobs());
    ++seen[how];
  }
  MESSAGE("harmless ", seen[all_true], ", errors ", seen[some_refused], ", told ", seen[told]);
}

TEST_CASE_FIXTURE(damage_fixture, "no other page is taken for the one that names the tables") {
  auto meta_at = [this](size_t number) {
    return lmdb::meta_of(std::string_view(pristine).substr(number * page, page));
  };
  auto newest = meta_at(0).commit > meta_at(1).commit ? meta_at(0) : meta_at(1);
  auto names = newest.tables.root * page;
  std::map<outcome, int> seen;
  for (size_t other = 0; other < pristine.size(); other += page) {
    if (other == names)
      continue;
    auto bytes = pristine;
    bytes.replace(names, page, pristine, other, page);

    auto how = damaged_in_use(bytes);

    INFO("page ", other / page);
    CHECK((how == some_refused || how == told));
    ++seen[how];
  }
  MESSAGE("errors ", seen[some_refused], ", told ", seen[told]);
}

TEST_CASE_FIXTURE(damage_fixture, "what an inner page loses or tells otherwise is told") {
  auto put = [](std::string& bytes, size_t at, auto value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  };
  int inner_pages = 0;
  std::map<outcome, int> seen;
  for (size_t begin = 2 * page; begin < pristine.size(); begin += page) {
    auto inner = std::string_view(pristine).substr(begin, page);
    if (lmdb::number_at<uint16_t>(inner, 10) != lmdb::page_is_branch)
      continue;
    ++inner_pages;
    auto lower = lmdb::number_at<uint16_t>(inner, 12);
    for (size_t slot = lmdb::page_head; slot < lower; slot += 2) {
      auto node = begin + lmdb::number_at<uint16_t>(inner, slot);
      auto other = slot + 2 < lower ? slot + 2 : slot - 2; // Of a child beside it.
      auto other_node = begin + lmdb::number_at<uint16_t>(inner, other);
      std::vector<std::string> harmed(5, pristine);
      // Out of sight: the child, or the last one in its place.
      harmed[0].erase(begin + slot, 2).insert(begin + lower - 2, 2, '\0');
      put(harmed[0], begin + 12, static_cast<uint16_t>(lower - 2));
      // The same place told twice.
      put(harmed[1], begin + slot, lmdb::number_at<uint16_t>(inner, other));
      // Another child's page.
      put(harmed[2], node, lmdb::number_at<uint16_t>(pristine, other_node));
      // A key that sends look-ups to a neighbour: one bit up, and down, near its end.
      auto key_bytes = lmdb::number_at<uint16_t>(pristine, node + 6);
      if (key_bytes > 1 && slot > lmdb::page_head) {
        harmed[3][node + lmdb::node_head + key_bytes - 2u] ^= 1;
        harmed[4][node + lmdb::node_head + key_bytes - 1u] ^= 2;
      }
      for (const auto& bytes : harmed) {
        auto how = damaged_in_use(bytes);
        INFO("page ", begin / page, ", slot ", slot, ", way ", &bytes - harmed.data());
        CHECK(how != wrong);
        ++seen[how];
      }
    }
  }
  MESSAGE(inner_pages, " inner pages: harmless ", seen[all_true], ", errors ", seen[some_refused],
          ", told ", seen[told]);
  CHECK(seen[some_refused] > inner_pages);
}

TEST_CASE_FIXTURE(damage_fixture, "a row that a page hides is told") {
  std::map<outcome, int> seen;
  for (size_t begin = 2 * page; begin < pristine.size(); begin += 3 * page) {
    auto rows = std::string_view(pristine).substr(begin, page);
    auto lower = lmdb::number_at<uint16_t>(rows, 12);
    if (lmdb::number_at<uint16_t>(rows, 10) != lmdb::page_is_leaf || lower < lmdb::page_head + 4)
      continue;
    auto slot = lmdb::page_head + begin / page * 2 % (lower - lmdb::page_head - 2u);
    auto covered = pristine; // By the row behind it.
    covered.replace(begin + slot, 2, rows.substr(slot + 2, 2));
    auto removed = pristine;
    removed.erase(begin + slot, 2).insert(begin + lower - 2, 2, '\0');
    auto fewer = static_cast<uint16_t>(lower - 2);
    std::memcpy(removed.data() + begin + 12, &fewer, sizeof fewer);
    for (const auto& bytes : {covered, removed}) {
      auto how = damaged_in_use(bytes);
      INFO("page ", begin / page, ", slot ", slot);
      CHECK(how != wrong);
      ++seen[how];
    }
  }
  MESSAGE("harmless ", seen[all_true], ", errors ", seen[some_refused], ", told ", seen[told]);
  CHECK(seen[some_refused] > 10);
}

TEST_CASE_FIXTURE(damage_fixture, "what is sound opens, however it was made") {
  for (int round = 0; round < 3; ++round) {
    auto opened = database::open({folder, map_bytes});
    REQUIRE(opened.ok());
    CHECK(judge(**opened, truth) == all_true);
  }
}
