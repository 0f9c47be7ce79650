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
    batch.put(table::settings, key, value);
    return kept->commit({&batch, 1})[0].ok();
  }

  bool erase(const std::string& key) {
    write_batch batch;
    batch.erase(table::settings, key);
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
    auto found = before.get(table::settings, "a");
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
  batch.erase(table::settings, "a");
  batch.put(table::settings, "b", large);
  REQUIRE(kept->commit({&batch, 1})[0].ok());

  CHECK(*kept->read().get(table::settings, "b") == large);
  REQUIRE(put("b", large));
  CHECK(*kept->read().get(table::settings, "b") == large);
  REQUIRE(erase("b"));
  CHECK(files() == 0);
}

TEST_CASE_FIXTURE(blob_fixture, "a commit that fails leaves no file") {
  write_batch batch;
  batch.put(table::settings, "a", large);
  batch.put(table::settings, std::string(600, 'k'), "\x01");

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
  CHECK(*kept->read().get(table::settings, "a") == large);
}

TEST_CASE_FIXTURE(blob_fixture, "a lost file fails the read of its row alone") {
  REQUIRE(put("a", large));
  REQUIRE(put("b", "\x01ok"));
  host::remove_file(host::files_below(dir.path() + "/blobs").at(0));

  auto lost = kept->read().get(table::settings, "a");

  CHECK(lost.failure().code == proto::ec::storage_failed);
  CHECK(*kept->read().get(table::settings, "b") == "\x01ok");
}
