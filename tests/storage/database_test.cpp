#include "storage/database.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

std::unique_ptr<database> open_in(const std::string& folder, size_t map_bytes = 1 << 26) {
  auto opened = database::open({folder, map_bytes});
  REQUIRE(opened.ok());
  return std::move(*opened);
}

write_batch one_row(const std::string& key, const std::string& value) {
  write_batch out;
  out.put(table::messages, key, "\x01" + value);
  return out;
}

bool commit(database& into, const write_batch& batch) {
  return into.commit({&batch, 1})[0].ok();
}

std::string read(const database& from, const std::string& key) {
  auto found = from.read().get(table::messages, key);
  REQUIRE(found.ok());
  return found->has_value() ? found->value().substr(1) : "";
}

std::string blob_path(const std::string& folder, const std::string& value) {
  auto name = to_hex(sha256("\x01" + value));
  return folder + "/blobs/" + name.substr(0, 2) + "/" + name;
}

} // namespace

TEST_CASE("what was committed is there after opening again") {
  tests::temp_dir dir;
  CHECK(commit(*open_in(dir.path()), one_row("k", "v")));

  CHECK(read(*open_in(dir.path()), "k") == "v");
}

TEST_CASE("nobody else may read the files") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path() + "/new/state");
  REQUIRE(commit(*kept, one_row("k", std::string(100'000, 'x'))));

  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path())) {
    auto rest = entry.status().permissions() & ~std::filesystem::perms::owner_all;
    CHECK(rest == std::filesystem::perms::none);
  }
}

TEST_CASE("a second opening in the same process is refused") {
  tests::temp_dir dir;
  auto first = open_in(dir.path());

  auto second = database::open({dir.path(), 1 << 26});

  REQUIRE_FALSE(second.ok());
  CHECK(second.failure().context == "another kodad uses this state directory: " + dir.path());
}

TEST_CASE("a database of a newer format is refused") {
  tests::temp_dir dir;
  write_batch newer;
  newer.put(table::meta, "format", std::string("\x01\0\0\0\x09", 5));
  CHECK(commit(*open_in(dir.path()), newer));

  auto opened = database::open({dir.path(), 1 << 26});

  REQUIRE_FALSE(opened.ok());
  CHECK(opened.failure().code == proto::ec::storage_failed);
}

TEST_CASE("a second process is refused") {
  tests::temp_dir dir;
  auto first = open_in(dir.path());

  int child = ::fork();
  if (child == 0) {
    auto second = database::open({dir.path(), 1 << 26});
    bool refused = !second.ok() && second.failure().context.starts_with("another kodad uses");
    ::_exit(refused ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);

  CHECK(status == 0);
}

TEST_CASE("nothing is acknowledged that the next start would not find") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path());
  auto file = dir.path() + "/data.mdb";
  auto aside = dir.path() + "/aside.mdb";
  REQUIRE(commit(*kept, one_row("before", "a")));

  std::filesystem::rename(file, aside);
  SUBCASE("moved") {}
  SUBCASE("replaced") {
    REQUIRE(host::write_durably(file, "something else").ok());
  }
  auto batch = one_row("lost", "b");
  auto refused = kept->commit({&batch, 1})[0];
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.failure().code == proto::ec::storage_failed);
  CHECK(refused.failure().context.find("removed, replaced or moved") != std::string::npos);
  CHECK(read(*kept, "before") == "a");

  std::filesystem::rename(aside, file);
  CHECK(commit(*kept, one_row("after", "c")));
}

TEST_CASE("a large value lives in a file and leaves with its last reference") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path());
  std::string large(200'000, 'x');

  CHECK(commit(*kept, one_row("a", large)));
  CHECK(commit(*kept, one_row("b", large)));
  CHECK(read(*kept, "a") == large);
  CHECK(host::file_exists(blob_path(dir.path(), large)));

  CHECK(commit(*kept, one_row("a", "small")));
  CHECK(read(*kept, "b") == large);
  write_batch gone;
  gone.erase_range(table::messages, "b", "c");
  CHECK(commit(*kept, gone));
  CHECK_FALSE(host::file_exists(blob_path(dir.path(), large)));
}

TEST_CASE("a full map fails the write that does not fit and no other") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path(), 1 << 20);
  std::vector<write_batch> batches;
  batches.push_back(one_row("small", "1"));
  write_batch large;
  for (int i = 0; i < 40; ++i)
    large.put(table::messages, "large" + std::to_string(i), "\x01" + std::string(60'000, 'x'));
  batches.push_back(large);

  auto outcomes = kept->commit(batches);

  CHECK(outcomes[0].ok());
  REQUIRE_FALSE(outcomes[1].ok());
  CHECK(outcomes[1].failure().code == proto::ec::storage_full);
  CHECK(read(*kept, "small") == "1");
  CHECK(commit(*kept, one_row("later", "2")));
}

TEST_CASE("a full map takes new rows once old ones are erased") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path(), 1 << 20);
  int fitted = 0;
  while (commit(*kept, one_row("k" + std::to_string(fitted), std::string(30'000, 'x'))))
    ++fitted;

  write_batch gone;
  gone.erase_range(table::messages, "k", "l");
  CHECK(commit(*kept, gone));

  for (int i = 0; i < fitted / 2; ++i)
    CHECK(commit(*kept, one_row("n" + std::to_string(i), std::string(30'000, 'x'))));
}

TEST_CASE("rows that come and go leave a file that does not grow") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path());
  uint64_t early = 0;

  for (int round = 0; round < 250; ++round) {
    std::vector<write_batch> come(40), gone(40);
    for (int i = 0; i < 40; ++i) {
      auto key = std::to_string(round) + "." + std::to_string(i);
      come[static_cast<size_t>(i)] = one_row(key, std::string(2000, 'x'));
      gone[static_cast<size_t>(i)].erase(table::messages, key);
    }
    for (const auto& outcome : kept->commit(come))
      REQUIRE(outcome.ok());
    for (const auto& outcome : kept->commit(gone))
      REQUIRE(outcome.ok());
    if (round == 25)
      early = kept->used_bytes();
  }

  CHECK(kept->used_bytes() <= early + early / 10);
}

TEST_CASE("readers on many threads see whole commits while they are made") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path());
  std::atomic<bool> over = false;
  std::atomic<int> torn = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&kept, &over, &torn] {
      while (!over) {
        auto now = kept->read();
        torn += *now.get(table::messages, "a") != *now.get(table::messages, "b");
      }
    });

  for (int i = 0; i < 60; ++i) {
    auto batch =
        one_row("a", std::string(i % 2 == 0 ? 10 : 100'000, static_cast<char>('a' + i % 26)));
    batch.put(table::messages, "b", batch.operations()[0].value);
    CHECK(commit(*kept, batch));
  }
  over = true;
  readers.clear();

  CHECK(torn == 0);
}
