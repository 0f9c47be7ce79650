// From fork to exec: what a child does before its program runs.
#include "storage/host/spawner_loop.hpp"

#include "storage/host/sandbox/broker.hpp"
#include "storage/host/sandbox/enter.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

// What a process may take at once beyond the bound that the meter watches, so that it cannot take
// the machine's whole memory between two looks.
constexpr uint64_t memory_slack_bytes = uint64_t{512} << 20;

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

/// Last of all: until the program runs, memory is still needed, and a server built with sanitizers
/// has more mapped than any command may have.
void bound_memory(const resource_limits& limits) {
  if (limits.memory_bytes > 0)
    bound(RLIMIT_DATA, limits.memory_bytes + memory_slack_bytes);
}

constexpr int niceness_of_commands = 10;
// Between them and the server: whatever they start waits for it, and so it does not for them.
constexpr int niceness_of_brokers = 5;

/// When the machine runs out of memory or time, commands come after the server: they are the first
/// to be killed and the last to be served.
void step_back(int niceness) {
  descriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  (void)!::write(score.get(), "800", 3);
  (void)::setpriority(PRIO_PROCESS, 0, niceness);
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

[[noreturn]] void give_up(int report, const char* step, int number) {
  start_failure why{};
  why.number = number;
  std::strncpy(why.step, step, sizeof why.step - 1);
  (void)!::write(report, &why, sizeof why);
  ::_exit(127);
}

void tie_to(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    ::_exit(127);
}

/// The environment with a home and a place for temporary files of the child's own.
void move_home(std::vector<std::string>& environment, const std::string& folder) {
  std::erase_if(environment, [](const std::string& each) {
    return each.starts_with("HOME=") || each.starts_with("TMPDIR=");
  });
  environment.push_back("GIT_CONFIG_SYSTEM=" + folder + "/gitconfig");
  environment.push_back("HOME=" + folder);
  environment.push_back("TMPDIR=" + folder);
  // Root without capabilities can give files to nobody, and tar would take that for a failure.
  if (::geteuid() == 0)
    environment.push_back("TAR_OPTIONS=--no-same-owner");
}

/// Under Landlock this process becomes the broker, and a child of it the command, which alone
/// returns. @return The command's end of the channel between them.
descriptor part_from_broker(const child_spec& spec, const child_descriptors& streams, int report) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    give_up(report, "reach its broker", errno);
  descriptor brokers(ends[0]);
  descriptor commands(ends[1]);
  auto broker = ::getpid();
  auto command = ::fork();
  if (command < 0)
    give_up(report, "part from its broker", errno);
  if (command > 0)
    run_broker(command, brokers.get(),
               {*spec.confined, spec.limits.processes, streams.workspace, streams.temporary,
                streams.refusals});
  ::setsid();
  tie_to(broker);
  return commands;
}

[[noreturn]] void become(child_spec spec, const child_descriptors& streams, pid_t spawner_pid,
                         int report) {
  ::setsid();
  tie_to(spawner_pid);
  descriptor channel;
  auto parent = spawner_pid;
  if (spec.confined && spec.confined->mode == sandbox_mode::landlock) {
    parent = ::getpid();
    if (spec.limits.memory_bytes > 0)
      step_back(niceness_of_brokers);
    channel = part_from_broker(spec, streams, report);
  }
  if (spec.limits.memory_bytes > 0)
    step_back(niceness_of_commands);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1); // Survives the exec: it adopts the orphans it makes.
  apply(spec.limits);
  if (!streams.temporary.empty())
    move_home(spec.environment, streams.temporary);
  std::string program;
  if (!connect(streams))
    give_up(report, "connect its output", errno);
  if (spec.confined) {
    if (auto failure = enter_sandbox(spec, streams.workspace, streams.temporary, channel.get(),
                                     spec.argv, program))
      give_up(report, failure.step, failure.number);
    tie_to(parent); // Becoming another user unties.
  } else if (::chdir(spec.cwd.c_str()) != 0) {
    give_up(report, "", errno);
  }
  auto argv = pointers_to(spec.argv);
  auto environment = pointers_to(spec.environment);
  environ = environment.data(); // Also where execvp looks for PATH.
  reset_signals();
  bound_memory(spec.limits);
  ::execvp(program.empty() ? argv[0] : program.c_str(), argv.data());
  give_up(report, "", errno);
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
