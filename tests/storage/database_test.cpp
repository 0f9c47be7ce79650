#include "storage/database.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sys/wait.h>
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
  out.put(table::settings, key, "\x01" + value);
  return out;
}

bool commit(database& into, const write_batch& batch) {
  return into.commit({&batch, 1})[0].ok();
}

std::string read(const database& from, const std::string& key) {
  auto found = from.read().get(table::settings, key);
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
  int child = ::fork();
  if (child == 0) {
    auto opened = database::open({dir.path(), 1 << 26});
    bool kept = opened.ok() && commit(**opened, one_row("k", "v"));
    ::_exit(kept ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  REQUIRE(status == 0);

  CHECK(read(*open_in(dir.path()), "k") == "v");
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
  gone.erase_range(table::settings, "b", "c");
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
    large.put(table::settings, "large" + std::to_string(i), "\x01" + std::string(60'000, 'x'));
  batches.push_back(large);

  auto outcomes = kept->commit(batches);

  CHECK(outcomes[0].ok());
  REQUIRE_FALSE(outcomes[1].ok());
  CHECK(outcomes[1].failure().code == proto::ec::storage_full);
  CHECK(read(*kept, "small") == "1");
  CHECK(commit(*kept, one_row("later", "2")));
}

TEST_CASE("a kill loses no acknowledged write") {
  for (int round = 0; round < 20; ++round) {
    tests::temp_dir dir;
    int told[2];
    REQUIRE(::pipe(told) == 0);
    int child = ::fork();
    if (child == 0) {
      auto opened = database::open({dir.path(), 1 << 26});
      for (uint32_t i = 0; opened.ok(); ++i)
        if (commit(**opened, one_row("k" + std::to_string(i), "v")))
          (void)!::write(told[1], &i, sizeof i);
      ::_exit(1);
    }
    ::close(told[1]);
    uint32_t last = 0;
    for (int acks = 0; acks < 3 + round; ++acks)
      REQUIRE(::read(told[0], &last, sizeof last) == sizeof last);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    uint32_t later = 0;
    while (::read(told[0], &later, sizeof later) == sizeof later)
      last = later;
    ::close(told[0]);

    auto kept = open_in(dir.path());
    for (uint32_t i = 0; i <= last; ++i)
      CHECK(read(*kept, "k" + std::to_string(i)) == "v");
  }
}

TEST_CASE("rows that come and go leave a file that does not grow") {
  tests::temp_dir dir;
  auto kept = open_in(dir.path(), 1 << 23);

  for (int i = 0; i < 2000; ++i) {
    auto key = "k" + std::to_string(i);
    REQUIRE(commit(*kept, one_row(key, std::string(10'000, 'x'))));
    write_batch gone;
    gone.erase(table::settings, key);
    REQUIRE(commit(*kept, gone));
  }
}
