// From fork to exec: what a child does before its program runs.
#include "storage/host/spawner_loop.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const auto& text : texts)
    out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

void bound(int resource, uint64_t value) {
  rlimit wanted{value, value};
  rlimit current{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &current) == 0 &&
      current.rlim_max != RLIM_INFINITY && current.rlim_max < value)
    wanted = {current.rlim_max, current.rlim_max};
  (void)::setrlimit(static_cast<__rlimit_resource>(resource), &wanted);
}

void apply(const resource_limits& limits) {
  bound(RLIMIT_CORE, 0);
  if (limits.cpu_s > 0)
    bound(RLIMIT_CPU, limits.cpu_s);
  if (limits.address_space_bytes > 0)
    bound(RLIMIT_AS, limits.address_space_bytes);
  if (limits.file_size_bytes > 0)
    bound(RLIMIT_FSIZE, limits.file_size_bytes);
  if (limits.open_files > 0)
    bound(RLIMIT_NOFILE, limits.open_files);
}

/// The spawner ignores some signals; ignoring would survive the exec.
void reset_signals() {
  for (int number = 1; number < NSIG; ++number)
    ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The spawner keeps 0, 1 and 2 on /dev/null, so that no stream's descriptor is one of them.
bool connect(const child_descriptors& streams) {
  if (streams.input >= 0 && ::dup2(streams.input, 0) < 0)
    return false;
  if (::dup2(streams.output, 1) < 0 || ::dup2(streams.errors >= 0 ? streams.errors : 1, 2) < 0)
    return false;
  // All others close when the program starts, and only then: one of them tells how that went.
  return ::syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

[[noreturn]] void become(const child_spec& spec, const child_descriptors& streams,
                         pid_t spawner_pid, int report) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1); // Survives the exec: it adopts the orphans it makes.
  if (::getppid() != spawner_pid)
    ::_exit(127);
  auto argv = pointers_to(spec.argv);
  auto environment = pointers_to(spec.environment);
  environ = environment.data(); // Also where execvp looks for PATH.
  apply(spec.limits);
  if (connect(streams) && ::chdir(spec.cwd.c_str()) == 0) {
    reset_signals();
    ::execvp(argv[0], argv.data());
  }
  int number = errno;
  (void)!::write(report, &number, sizeof number);
  ::_exit(127);
}

} // namespace

started_child start_child(const child_spec& spec, const child_descriptors& streams) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return {-1, errno, {}};
  descriptor told(ends[0]);
  descriptor telling(ends[1]);
  auto spawner_pid = ::getpid();
  auto pid = ::fork();
  if (pid < 0)
    return {-1, errno, {}};
  if (pid == 0)
    become(spec, streams, spawner_pid, telling.get());
  return {pid, 0, std::move(told)};
}

} // namespace kodad::storage::host
