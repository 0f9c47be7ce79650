// What becomes of values too large for the database: their files come before the rows that name
// them and leave after the last reader.
#include "storage/database.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

struct blob_fixture {
  blob_fixture() { open(); }

  void open() {
    kept.reset();
    auto opened = database::open({dir.path(), 1 << 20});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  bool put(const std::string& key, const std::string& value) {
    write_batch batch;
    batch.put(table::messages, key, value);
    return kept->commit({&batch, 1})[0].ok();
  }

  bool erase(const std::string& key) {
    write_batch batch;
    batch.erase(table::messages, key);
    return kept->commit({&batch, 1})[0].ok();
  }

  size_t files() const { return host::files_below(dir.path() + "/blobs").size(); }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
  std::string large = "\x01" + std::string(100'000, 'x');
};

} // namespace

TEST_CASE_FIXTURE(blob_fixture, "a reader still reads a large value that was erased meanwhile") {
  REQUIRE(put("a", large));
  {
    auto before = kept->read();
    REQUIRE(erase("a"));
    auto found = before.get(table::messages, "a");
    REQUIRE(found.ok());
    CHECK(*found == large);
    CHECK(files() == 1);
  }

  REQUIRE(put("b", "\x01"));
  CHECK(files() == 0);
}

TEST_CASE_FIXTURE(blob_fixture, "a large value erased and kept again at once stays") {
  REQUIRE(put("a", large));
  write_batch batch;
  batch.erase(table::messages, "a");
  batch.put(table::messages, "b", large);
  REQUIRE(kept->commit({&batch, 1})[0].ok());

  CHECK(*kept->read().get(table::messages, "b") == large);
  REQUIRE(put("b", large));
  CHECK(*kept->read().get(table::messages, "b") == large);
  REQUIRE(erase("b"));
  CHECK(files() == 0);
}

TEST_CASE_FIXTURE(blob_fixture, "a commit that fails leaves no file") {
  write_batch batch;
  batch.put(table::messages, "a", large);
  batch.put(table::messages, std::string(600, 'k'), "\x01");

  CHECK(kept->commit({&batch, 1})[0].failure().code == proto::ec::storage_failed);
  CHECK(files() == 0);
}

TEST_CASE_FIXTURE(blob_fixture, "what a crash left is removed when the database opens") {
  REQUIRE(put("a", large));
  auto folder = dir.path() + "/blobs/00";
  REQUIRE(host::make_folders(folder).ok());
  REQUIRE(host::write_durably(folder + "/00aa", "left over").ok());
  REQUIRE(host::write_durably(folder + "/00aa.new", "half written").ok());

  open();

  CHECK(files() == 1);
  CHECK(*kept->read().get(table::messages, "a") == large);
}

TEST_CASE_FIXTURE(blob_fixture, "only the transcript and its like stand in files") {
  for (auto where : {table::sessions, table::turns, table::questions, table::agents,
                     table::settings, table::waiting_questions}) {
    write_batch batch;
    batch.put(where, "a", large);
    REQUIRE(kept->commit({&batch, 1})[0].ok());
    CHECK(*kept->read().get(where, "a") == large);
    CHECK(files() == 0);
  }
}

TEST_CASE_FIXTURE(blob_fixture, "a file is shared by reference and leaves with the last row") {
  REQUIRE(put("a", large));
  auto reference = **kept->read().get_row(table::messages, "a");
  write_batch copy;
  copy.put_reference(table::messages, "b", reference);
  REQUIRE(kept->commit({&copy, 1})[0].ok());
  REQUIRE(erase("a"));
  CHECK(*kept->read().get(table::messages, "b") == large);
  REQUIRE(erase("b"));
  CHECK(files() == 0);

  auto gone = kept->commit({&copy, 1})[0];
  CHECK(gone.failure().code == proto::ec::session_busy);
  CHECK_FALSE(*kept->read().contains(table::messages, "b"));
}

TEST_CASE_FIXTURE(blob_fixture, "a check reads a file once, and again when it has changed") {
  REQUIRE(put("a", large));
  auto reference = **kept->read().get_row(table::messages, "a");
  auto path = host::files_below(dir.path() + "/blobs").at(0);
  uint64_t budget = 250'000;
  auto check = [&] { return kept->read().check(reference, budget); };

  CHECK(check().ok());
  CHECK(check().ok());
  CHECK(budget == 250'000 - large.size());

  auto altered = large;
  altered.back() = 'y';
  REQUIRE(host::write_durably(path, altered).ok());
  CHECK(check().failure().context.ends_with("is damaged: it has other content"));
  CHECK(check().failure().code == proto::ec::storage_failed);
  CHECK(budget == 250'000 - 2 * large.size());

  REQUIRE(host::write_durably(path, altered).ok());
  CHECK(check().ok()); // Dearer than what is left: it is there and has its size.
  host::remove_file(path);
  CHECK(check().failure().context.ends_with("is missing"));
}

TEST_CASE_FIXTURE(blob_fixture, "what cannot be written is told without the folder's path") {
  REQUIRE(host::write_durably(dir.path() + "/blobs", "in the way").ok());
  write_batch batch;
  batch.put(table::messages, "a", large);

  auto why = kept->commit({&batch, 1})[0].failure();

  CHECK(why.code == proto::ec::storage_failed);
  CHECK(why.context.find("the stored file blobs/") == 0);
  CHECK(why.context.find(dir.path()) == std::string::npos);
}

TEST_CASE_FIXTURE(blob_fixture, "room is looked for by taking it") {
  CHECK(kept->check_room(1 << 20).ok());
  CHECK(kept->check_room(uint64_t{1} << 60).failure().context.find("room.new") !=
        std::string::npos);
  CHECK_FALSE(host::file_exists(dir.path() + "/room.new"));
}

TEST_CASE_FIXTURE(blob_fixture, "a lost file fails the read of its row alone") {
  REQUIRE(put("a", large));
  REQUIRE(put("b", "\x01ok"));
  host::remove_file(host::files_below(dir.path() + "/blobs").at(0));

  auto lost = kept->read().get(table::messages, "a");

  CHECK(lost.failure().code == proto::ec::storage_failed);
  CHECK(*kept->read().get(table::messages, "b") == "\x01ok");
}
