#include "storage/host/sandbox/ipc_namespace.hpp"

#include "storage/host/descriptor.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// A queue has 16 KiB, of messages that take 64 bytes each at least: a megabyte.
constexpr const char* queues = "32";
// In a set, in all, operations in a call, sets. A semaphore takes 128 bytes at most.
constexpr const char* semaphores = "32000 32000 500 256";
// POSIX queues are bounded by the user's bytes; Linux begins with these.
constexpr rlim_t posix_queue_bytes = 819'200;

bool write_file(const char* path, const std::string& text) {
  descriptor file(::open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  return file.is_open() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string map_line(unsigned inside, unsigned outside) {
  return std::to_string(inside) + " " + std::to_string(outside) + " 1";
}

bool bound_system_v(uint64_t memory_bytes) {
  auto pages = std::max<uint64_t>(memory_bytes / static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)), 1);
  return write_file("/proc/sys/kernel/shmall", std::to_string(pages)) &&
         write_file("/proc/sys/kernel/msgmni", queues) &&
         write_file("/proc/sys/kernel/msgmnb", "16384") &&
         write_file("/proc/sys/kernel/sem", semaphores);
}

} // namespace

bool map_self(unsigned user_inside, unsigned user, unsigned group_inside, unsigned group) {
  // The server's processes may not be looked into; its own maps then belong to root.
  (void)::prctl(PR_SET_DUMPABLE, 1);
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", map_line(user_inside, user)) &&
         write_file("/proc/self/gid_map", map_line(group_inside, group));
}

setup_failure enter_ipc_namespace(uint64_t memory_bytes, bool& is_bounded) {
  auto user = ::geteuid();
  auto group = ::getegid();
  if (::unshare(user == 0 ? CLONE_NEWIPC : CLONE_NEWUSER | CLONE_NEWIPC) != 0)
    return failed_to("make namespaces");
  // Only root of the namespace may write its bounds.
  if (user != 0 && !map_self(0, user, 0, group))
    return failed_to("map the user");
  is_bounded = bound_system_v(memory_bytes);
  rlimit all{};
  if (::getrlimit(RLIMIT_MSGQUEUE, &all) == 0) {
    all.rlim_cur = all.rlim_max = std::min(all.rlim_max, posix_queue_bytes);
    (void)::setrlimit(RLIMIT_MSGQUEUE, &all);
  }
  return {};
}

} // namespace kodad::storage::host
