#include "http/start/process.hpp"

#include "proto/limits.hpp"
#include "proto/limits/start.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace kodad::http {

namespace limits = proto::limits;

namespace {

/// What the system grants of something, and what it is called there.
struct need {
  __rlimit_resource_t resource;
  const char* option; ///< Of `ulimit`.
  const char* noun;
  uint64_t unit; ///< `ulimit` counts in these.
  uint64_t least;
};

constexpr need needs[] = {
    {RLIMIT_NOFILE, "-n", "descriptors", 1, limits::descriptors_min},
    {RLIMIT_FSIZE, "-f", "KiB in a file", 1024, limits::file_bytes_min},
    {RLIMIT_STACK, "-s", "KiB of stack", 1024, limits::main_stack_bytes_min},
    // The rest of the program fits beside the database into a gigabyte of addresses.
    {RLIMIT_AS, "-v", "KiB of addresses", 1024, limits::map_bytes + (uint64_t{1} << 30)},
};

/// Raises a bound as far as it may be: that of descriptors always, others where they are too low.
uint64_t claim(const need& one) {
  rlimit granted{};
  if (::getrlimit(one.resource, &granted) != 0)
    return RLIM_INFINITY;
  if (one.resource != RLIMIT_NOFILE && granted.rlim_cur >= one.least)
    return granted.rlim_cur;
  rlimit wanted{granted.rlim_max, granted.rlim_max};
  return ::setrlimit(one.resource, &wanted) == 0 ? wanted.rlim_cur : granted.rlim_cur;
}

} // namespace

void open_standard_files() {
  for (int fd = 0; fd < 3; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY); // The lowest free one: `fd`.
}

proto::result<void> claim_resources() {
  rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  (void)::prctl(PR_SET_DUMPABLE, 0);
  for (const auto& one : needs)
    if (auto granted = claim(one); granted < one.least)
      return proto::make_error(proto::ec::host_full, "the system grants " +
                                                         std::to_string(granted / one.unit) + " " +
                                                         one.noun + ", kodad needs " +
                                                         std::to_string(one.least / one.unit) +
                                                         " (ulimit " + one.option + ")");
  // A thread's stack follows `ulimit -s` otherwise: too small to live on, or too large to get.
  pthread_attr_t usual;
  if (::pthread_getattr_default_np(&usual) == 0) {
    (void)::pthread_attr_setstacksize(&usual, limits::thread_stack_bytes);
    (void)::pthread_setattr_default_np(&usual);
    (void)::pthread_attr_destroy(&usual);
  }
  return {};
}

size_t threads_needed() {
  return std::max(2U, std::thread::hardware_concurrency()) + limits::http_workers +
         limits::threads_spare;
}

proto::result<void> rehearse_threads(size_t count) {
  std::vector<pthread_t> started;
  started.reserve(count);
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  ::pthread_mutex_lock(&gate);
  int failure = 0;
  while (failure == 0 && started.size() < count) {
    auto wait_at_gate = [](void* shared) -> void* {
      auto* held = static_cast<pthread_mutex_t*>(shared);
      ::pthread_mutex_lock(held);
      ::pthread_mutex_unlock(held);
      return nullptr;
    };
    pthread_t one{};
    failure = ::pthread_create(&one, nullptr, wait_at_gate, &gate);
    if (failure == 0)
      started.push_back(one);
  }
  ::pthread_mutex_unlock(&gate);
  for (auto one : started)
    ::pthread_join(one, nullptr);
  if (failure == 0)
    return {};
  return proto::make_error(proto::ec::host_full,
                           "the system gives " + std::to_string(started.size()) +
                               " more threads, kodad needs " + std::to_string(count) + ": " +
                               std::strerror(failure) +
                               " (ulimit -u, pids of the container, memory)");
}

} // namespace kodad::http
