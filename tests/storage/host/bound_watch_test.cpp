#include "storage/host/bound_watch.hpp"

#include "tests/storage/host/sandbox/fixture.hpp"

#include <csignal>

using namespace kodad::storage::host;
using kodad::proto::sandbox_wish;

namespace {

constexpr uint64_t mebibyte = uint64_t{1} << 20;

// `tail` keeps what has no line's end, until its input ends.
constexpr const char* hold_200_mb = "{ head -c 200000000 /dev/zero; sleep 1000; } | tail -n 1";

} // namespace

TEST_CASE("a tree that takes more memory than its bound is ended, and it is said") {
  auto host = start_processes();
  auto spec = shell(hold_200_mb);
  spec.limits.memory_bytes = 64 * mebibyte;
  auto status = run(*host, spec).status;
  CHECK(status.bound == resource_bound::memory);
  CHECK(status.signal == SIGKILL);
  CHECK_FALSE(status.cancelled);
}

TEST_CASE("the bound holds for all processes of a tree together, wherever they went") {
  auto host = start_processes();
  auto spec = shell("for i in 1 2 3 4; do setsid sh -c '{ head -c 50000000 /dev/zero; "
                    "sleep 1000; } | tail -n 1' & done; wait");
  spec.limits.memory_bytes = 120 * mebibyte;
  CHECK(run(*host, spec).status.bound == resource_bound::memory);
}

TEST_CASE("a tree of too many processes is ended, and it is said") {
  auto host = start_processes();
  auto spec = shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; wait");
  spec.limits.processes = 8;
  auto status = run(*host, spec).status;
  CHECK(status.bound == resource_bound::processes);
  CHECK(status.signal == SIGKILL);
}

TEST_CASE("who keeps within all bounds ends by itself and hears of none") {
  auto host = start_processes();
  auto spec = shell("head -c 1000000 /dev/zero | tail -n 1 | wc -c; exit 5");
  spec.limits.memory_bytes = 512 * mebibyte;
  spec.limits.processes = 64;
  auto done = run(*host, spec);
  CHECK(done.output == "1000000\n");
  CHECK(done.status.code == 5);
  CHECK(done.status.bound == resource_bound::none);
}

TEST_CASE("one tree's bound does not end another") {
  auto host = start_processes();
  auto heard = std::make_shared<recorder>();
  auto other = shell("echo on; exec sleep 1000");
  other.limits.memory_bytes = 64 * mebibyte;
  auto key = host->start(other, heard);
  REQUIRE(key);
  heard->wait_for_text("on");
  auto spec = shell(hold_200_mb);
  spec.limits.memory_bytes = 64 * mebibyte;
  CHECK(run(*host, spec).status.bound == resource_bound::memory);
  CHECK(heard->ends() == 0);
  host->kill(*key);
  auto status = heard->wait();
  CHECK(status.cancelled);
  CHECK(status.bound == resource_bound::none);
}

TEST_CASE("in each sandbox, who fills memory or the workspace's disk is ended, and it is said") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    auto wanted = wish_for(wish);
    wanted.limits.memory = 64 * mebibyte;
    wanted.limits.disk = 32 * mebibyte;
    sandbox_place at(wanted);
    if (!at.works)
      continue;
    CHECK(at.run(hold_200_mb).status.bound == resource_bound::memory);
    if (!is_local_disk(at.workspace.handle())) {
      MESSAGE("the disk here is not watched");
      continue;
    }
    CHECK(at.run("head -c 200000000 /dev/urandom > big; exec sleep 1000").status.bound ==
          resource_bound::disk);
    CHECK(std::filesystem::exists(at.in("big")));
  }
}

TEST_CASE("in bubblewrap a tree cannot have more processes than its bound, and it is said") {
  auto wanted = wish_for(sandbox_wish::bubblewrap);
  wanted.limits.processes = 12;
  sandbox_place at(wanted);
  if (!at.works)
    return;
  // Bash goes on trying for seconds where it is refused another process.
  auto spec = at.confined("exec bash -c 'for i in {1..16}; do sleep 1000 & echo $i; done; wait'");
  spec.timeout = std::chrono::seconds(2);
  spec.kill_grace = std::chrono::milliseconds(100);
  auto done = run(*at.host, spec);
  CHECK(done.status.bound == resource_bound::processes);
  CHECK(done.output.find("6\n") != std::string::npos);
  CHECK(done.output.find("12\n") == std::string::npos);
}

TEST_CASE("nobody is watched without a bound, and who is gone is forgotten") {
  bound_watch watch;
  CHECK(watch.due_in_ms() == -1);
  watch.add(::getpid(), {}, {}, false);
  CHECK(watch.due_in_ms() == -1);

  resource_limits limits;
  limits.memory_bytes = uint64_t{1} << 50;
  watch.add(::getpid(), limits, {}, false);
  CHECK(watch.due_in_ms() >= 0);
  CHECK(watch.look().empty());
  CHECK(watch.remove(::getpid()) == resource_bound::none);
  CHECK(watch.due_in_ms() == -1);
}
