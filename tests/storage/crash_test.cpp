// What survives when the program is killed and when the disk is full.
#include "storage/database.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

std::unique_ptr<database> open_in(const std::string& folder) {
  auto opened = database::open({folder, 1 << 26});
  REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.failure().context));
  return std::move(*opened);
}

/// Every fifth value is large enough for a file of its own.
write_batch numbered(uint32_t number) {
  write_batch out;
  auto size = number % 5 == 0 ? size_t{70'000} : size_t{100};
  out.put(table::settings, "k" + std::to_string(number),
          "\x01" + std::to_string(number) + std::string(size, 'x'));
  return out;
}

bool holds(const snapshot& at, uint32_t number) {
  auto batch = numbered(number);
  auto found = at.get(table::settings, batch.operations()[0].key);
  return found.ok() && *found == batch.operations()[0].value;
}

/// Commits groups of growing size for ever and writes the number of each acknowledged batch.
[[noreturn]] void commit_for_ever(const std::string& folder, int acknowledgements) {
  auto opened = database::open({folder, 1 << 26});
  for (uint32_t next = 0, group = 1; opened.ok(); group = group % 7 + 1) {
    std::vector<write_batch> batches;
    for (uint32_t i = 0; i < group; ++i)
      batches.push_back(numbered(next + i));
    for (const auto& outcome : (*opened)->commit(batches)) {
      if (outcome && ::write(acknowledgements, &next, sizeof next) != sizeof next)
        break;
      ++next;
    }
  }
  std::cerr << opened.failure().context << '\n';
  ::_exit(1);
}

/// A small file system that can really fill up; needs root.
struct small_disk {
  small_disk() { is_mounted = ::mount("none", dir.path().c_str(), "tmpfs", 0, "size=4m") == 0; }
  ~small_disk() {
    if (is_mounted)
      ::umount2(dir.path().c_str(), MNT_DETACH);
  }
  tests::temp_dir dir;
  bool is_mounted = false;
};

} // namespace

TEST_CASE("a kill loses no acknowledged write") {
  for (int round = 0; round < 20; ++round) {
    tests::temp_dir dir;
    int told[2];
    REQUIRE(::pipe(told) == 0);
    int child = ::fork();
    if (child == 0)
      commit_for_ever(dir.path(), told[1]);
    ::close(told[1]);
    uint32_t last = 0;
    for (int i = 0; i < 3 + 5 * round; ++i)
      if (::read(told[0], &last, sizeof last) != sizeof last) {
        int status = 0;
        ::waitpid(child, &status, 0);
        FAIL("the writer ended by itself after ", i, " batches, with status ", status);
      }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (uint32_t later = 0; ::read(told[0], &later, sizeof later) == sizeof later;)
      last = later;
    ::close(told[0]);

    auto kept = open_in(dir.path());

    auto now = kept->read();
    for (uint32_t i = 0; i <= last; ++i)
      CHECK(holds(now, i));
  }
}

TEST_CASE("a full disk loses no acknowledged write and is left behind once there is room") {
  small_disk disk;
  if (!disk.is_mounted) {
    MESSAGE("skipped: mounting a small file system needs root");
    return;
  }
  auto filler = disk.dir.path() + "/filler";
  std::ofstream(filler) << std::string(1 << 20, 'f');
  auto kept = open_in(disk.dir.path() + "/state");

  uint32_t fitted = 0;
  proto::result<void> outcome;
  while (outcome) {
    auto batch = numbered(fitted);
    outcome = kept->commit({&batch, 1})[0];
    fitted += outcome.ok();
    REQUIRE(fitted < 10'000);
  }

  CHECK(outcome.failure().code == proto::ec::storage_full);
  for (uint32_t i = 0; i < fitted; ++i)
    CHECK(holds(kept->read(), i));
  ::unlink(filler.c_str());
  for (uint32_t i = fitted; i < fitted + 3; ++i) {
    auto batch = numbered(i);
    CHECK(kept->commit({&batch, 1})[0].ok());
    CHECK(holds(kept->read(), i));
  }
}
