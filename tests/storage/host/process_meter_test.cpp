#include "storage/host/process_meter.hpp"

#include "tests/storage/host/sandbox/fixture.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

using namespace kodad::storage::host;
using kodad::proto::sandbox_wish;

namespace {

constexpr uint64_t mebibyte = uint64_t{1} << 20;

/// A child that stays until the end of the test, once it has said "on".
struct staying_child {
  staying_child(process_host& processes, child_spec spec) : host(processes) {
    auto started = host.start(std::move(spec), heard);
    REQUIRE(started);
    key = *started;
    heard->wait_for_text("on");
  }
  ~staying_child() {
    host.kill(key);
    heard->wait();
  }

  /// What it said first.
  pid_t pid() const { return numbers(heard->text()).at(0); }

  process_host& host;
  std::shared_ptr<recorder> heard = std::make_shared<recorder>();
  process_key key{};
};

} // namespace

TEST_CASE("a tree is its root and all that descend from it") {
  auto host = start_processes();
  staying_child child(*host, shell("echo $$; sleep 1000 & sh -c 'sleep 1000 & echo on; wait'"));
  auto table = process_table::read();
  auto tree = table.tree_of(child.pid());
  // The last shell may have taken the place of the first.
  CHECK(tree.size() >= 3);
  CHECK(tree.size() <= 4);
  CHECK(tree.front() == child.pid());
  CHECK(table.usage_of(child.pid()).processes == tree.size());
  CHECK(table.tasks_of(child.pid()) == tree.size());
  CHECK(table.tasks_of(::getpid()) > table.tree_of(::getpid()).size()); // The host has a thread.
  auto ours = table.tree_of(::getpid());
  CHECK(std::ranges::find(ours, tree.back()) != ours.end());
}

TEST_CASE("memory is what a tree has taken for itself, not what is shared or a file's") {
  auto host = start_processes();
  staying_child small(*host, shell("echo $$; echo on; sleep 1000"));
  auto used = process_table::read().usage_of(small.pid()).memory_bytes;
  CHECK(used > 0);
  CHECK(used < 16 * mebibyte);

  staying_child large(
      *host, shell("echo $$; exec bash -c 'x=$(head -c 100000000 /dev/zero | tr \"\\0\" x); "
                   "echo on; sleep 1000; echo $x'"));
  used = process_table::read().usage_of(large.pid()).memory_bytes;
  CHECK(used >= 100'000'000);
  CHECK(used < 600 * mebibyte);
}

TEST_CASE("who is gone uses nothing but its own place in the count") {
  auto host = start_processes();
  auto pid = numbers(run(*host, shell("echo $$")).output).at(0);
  auto usage = process_table::read().usage_of(pid);
  CHECK(usage.memory_bytes == 0);
  CHECK(usage.processes == 1);
}

TEST_CASE("the temporary files of a sandbox are counted, the machine's own are nobody's") {
  CHECK(temporary_usage_of(::getpid()).entry_bytes == 0);
  CHECK(temporary_usage_of(0).bytes == 0);
  sandbox_place at(sandbox_wish::bubblewrap);
  if (!at.works)
    return;
  staying_child child(*at.host,
                      at.confined("head -c 5000000 /dev/zero > /tmp/f; "
                                  "head -c 3000000 /dev/zero > /dev/shm/f; echo on; sleep 1000"));
  auto inside = temporary_usage_of(process_table::read().tree_of(::getpid()).back());
  CHECK(inside.bytes >= 8'000'000);
  CHECK(inside.entry_bytes >= 2 * 1024); // The two files, and the folders above them.
  CHECK(inside.entry_bytes < 100 * 1024);
  uint64_t most = 0;
  for (auto pid : process_table::read().tree_of(::getpid()))
    most = std::max(most, temporary_usage_of(pid).bytes);
  CHECK(most >= 8'000'000);
  CHECK(most < 9'000'000);
}

TEST_CASE("disks are told apart: those that answer at once, and others") {
  temporary_folder at;
  descriptor folder(::open(at.path().c_str(), O_PATH | O_CLOEXEC));
  CHECK(free_bytes(folder).value_or(0) > 0);
  descriptor proc(::open("/proc", O_PATH | O_CLOEXEC));
  CHECK_FALSE(is_local_disk(proc));
  descriptor memory(::open("/dev/shm", O_PATH | O_CLOEXEC));
  CHECK(is_local_disk(memory));
  CHECK_FALSE(free_bytes(descriptor()));
  CHECK_FALSE(is_local_disk(descriptor()));
}
