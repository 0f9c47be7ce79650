#include "storage/host/spawner_loop.hpp"

#include "storage/host/bound_watch.hpp"
#include "storage/host/process_tree.hpp"
#include "storage/host/spawner_packet.hpp"
#include "storage/host/temporary_folders.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <linux/close_range.h>
#include <map>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr int sweep_interval_ms = 5;
// An orphan stuck in the kernel (a dead network disk) may not hold back the report for ever.
constexpr auto sweep_patience = 2s;
// The server hears nothing meanwhile.
constexpr auto sweep_stretch = 100ms;
// Who works off a long line of requests shows so often that it does: a ping stands at its end.
constexpr auto life_interval = 500ms;

// Not a key: what the spawner starts for itself ends without a word to anybody.
constexpr process_key own_key = 0;

struct child {
  process_key key = own_key;
  /// Is the process itself a sandbox's, which must not be asked to end, only its contents?
  bool is_wrapper = false;
  descriptor report;
  std::string temporary; ///< To be removed at its end.
  descriptor refusals;   ///< See child_descriptors.
};

/// An end that is told once the orphans are gone.
struct ending {
  spawner_reply reply;
  steady::time_point since;
};

/// Has the program been executed, or failed to be?
bool is_decided(const child& started) {
  pollfd report{started.report.get(), POLLIN, 0};
  return ::poll(&report, 1, 0) != 0;
}

class spawner_loop {
public:
  explicit spawner_loop(int socket) : socket_(socket) {}

  void run();

private:
  void obey(spawner_packet request);
  void show_life();
  void start(spawner_packet request);
  started_child start(const child_spec& spec, spawner_packet& request, child& out);
  void signal(process_key key, spawner_request_kind how);
  void end_those_over();
  void reap();
  void finish(pid_t pid, child& known, int status);
  void remove_folder(const std::string& path);
  size_t kill_orphans();
  void sweep();
  void send_replies();
  void end_everything();
  void kill_all();

  int socket_;
  bool open_ = true;
  std::map<pid_t, child> children_;
  bound_watch bounds_;
  std::vector<ending> endings_;
  std::deque<spawner_reply> replies_;
  std::optional<steady::time_point> busy_since_; ///< Or since life was shown.
};

void spawner_loop::run() {
  sigset_t watched;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  descriptor deaths(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  for (const auto& path : left_temporaries())
    remove_folder(path);
  while (open_) {
    short wanted = replies_.empty() ? POLLIN : POLLIN | POLLOUT;
    pollfd ready[] = {{socket_, wanted, 0}, {deaths.get(), POLLIN, 0}};
    ::poll(ready, 2, endings_.empty() ? bounds_.due_in_ms() : sweep_interval_ms);
    signalfd_siginfo ignored;
    while (::read(deaths.get(), &ignored, sizeof ignored) > 0) {
    }
    if (ready[0].revents & (POLLIN | POLLHUP | POLLERR)) {
      obey(receive_packet(socket_));
      show_life();
    } else {
      busy_since_.reset();
    }
    end_those_over();
    reap();
    sweep();
    send_replies();
  }
  end_everything();
}

void spawner_loop::obey(spawner_packet request) {
  if (request.size < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (request.size != static_cast<ssize_t>(sizeof request.request)) {
    open_ = false; // The server is gone.
    return;
  }
  if (request.request.kind == spawner_request_kind::start)
    return start(std::move(request));
  if (request.request.kind == spawner_request_kind::ping)
    return replies_.push_back({.key = request.request.key, .kind = spawner_reply_kind::pong});
  signal(request.request.key, request.request.kind);
}

void spawner_loop::show_life() {
  auto now = steady::now();
  if (!busy_since_)
    busy_since_ = now;
  if (now - *busy_since_ < life_interval)
    return;
  busy_since_ = now;
  replies_.push_back({.key = own_key, .kind = spawner_reply_kind::pong});
}

void spawner_loop::start(spawner_packet request) {
  spawner_reply failure{.key = request.request.key, .kind = spawner_reply_kind::failed};
  // The kernel leaves out what would be too many descriptors for us.
  failure.number = request.descriptors.size() < 3 ? EMFILE : EINVAL;
  auto spec = failure.number == EMFILE ? std::nullopt : read_spec(request.descriptors[0]);
  if (!spec)
    return replies_.push_back(failure);
  child out;
  out.key = failure.key;
  out.is_wrapper = spec->confined.has_value();
  auto started = start(*spec, request, out);
  failure.number = started.number;
  if (started.number != 0)
    return replies_.push_back(failure);
  descriptor workspace(
      spec->confined ? ::fcntl(request.descriptors.back().get(), F_DUPFD_CLOEXEC, 3) : -1);
  bool holds_tasks = spec->confined && spec->confined->mode == sandbox_mode::bubblewrap;
  bounds_.add(started.pid, spec->limits, std::move(workspace), holds_tasks);
  out.report = std::move(started.report);
  children_[started.pid] = std::move(out);
}

started_child spawner_loop::start(const child_spec& spec, spawner_packet& request, child& out) {
  auto& given = request.descriptors;
  bool is_merged = spec.errors == error_output::merged;
  auto wanted = 3U + (is_merged ? 0U : 1U) + (spec.confined ? 1U : 0U);
  if (given.size() != wanted)
    return {-1, EMFILE, {}};
  child_descriptors streams{.input = given[1].get(), .output = given[2].get()};
  if (!is_merged)
    streams.errors = given[3].get();
  if (spec.confined)
    streams.workspace = given.back().get();
  if (spec.confined && spec.confined->mode == sandbox_mode::landlock) {
    out.refusals = descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!out.refusals.is_open())
      return {-1, errno, {}};
    out.temporary = make_temporary();
    if (out.temporary.empty())
      return {-1, errno, {}};
    streams.temporary = out.temporary;
    streams.refusals = out.refusals.get();
  }
  auto started = start_child(spec, streams);
  if (started.number != 0 && !out.temporary.empty())
    ::rmdir(out.temporary.c_str());
  return started;
}

void spawner_loop::signal(process_key key, spawner_request_kind how) {
  auto found =
      std::ranges::find_if(children_, [key](const auto& known) { return known.second.key == key; });
  if (found == children_.end())
    return;
  const auto& [pid, known] = *found;
  if (!is_decided(known))
    how = spawner_request_kind::kill; // It would not hear anything else, nor has it begun.
  if (how == spawner_request_kind::kill) {
    // What is below may grow faster than it can be looked at; it falls to us, and the sweep.
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL);
    return;
  }
  auto below = descendants_of(pid);
  if (!known.is_wrapper)
    ::kill(pid, SIGTERM);
  for (auto each : below)
    ::kill(each, SIGTERM);
}

void spawner_loop::end_those_over() {
  for (auto pid : bounds_.look())
    if (auto known = children_.find(pid); known != children_.end())
      signal(known->second.key, spawner_request_kind::kill);
}

void spawner_loop::reap() {
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
    if (auto found = children_.extract(pid); !found.empty())
      finish(pid, found.mapped(), status); // Else an orphan.
}

void spawner_loop::finish(pid_t pid, child& known, int status) {
  if (!known.temporary.empty())
    remove_folder(known.temporary);
  if (known.key == own_key)
    return;
  spawner_reply reply{
      .key = known.key, .bound = bounds_.remove(pid), .number = WEXITSTATUS(status)};
  if (WIFSIGNALED(status)) {
    reply.kind = spawner_reply_kind::killed;
    reply.number = WTERMSIG(status);
  }
  uint64_t refusals = 0;
  if (reply.bound == resource_bound::none && known.refusals.is_open() &&
      ::read(known.refusals.get(), &refusals, sizeof refusals) == sizeof refusals)
    reply.bound = resource_bound::processes;
  start_failure why{};
  if (::read(known.report.get(), &why, sizeof why) == sizeof why) {
    reply.kind = spawner_reply_kind::failed;
    reply.number = why.number;
    std::memcpy(reply.step, why.step, sizeof reply.step);
  }
  endings_.push_back({reply, steady::now()});
}

/// In a process of its own, since it may hold a great many files. `rm` follows no link.
void spawner_loop::remove_folder(const std::string& path) {
  auto pid = ::fork();
  if (pid == 0) {
    open_up(path);
    ::execl("/bin/rm", "rm", "-rf", "--one-file-system", "--", path.c_str(), nullptr);
    ::_exit(127);
  }
  if (pid > 0)
    children_[pid] = {};
}

/// Kills all that belongs to no running child, in whole groups first: within one nobody can start
/// another in time. Tells how many there were.
size_t spawner_loop::kill_orphans() {
  reap();
  auto is_running = [this](pid_t pid) { return children_.contains(pid); };
  if (std::ranges::all_of(children_of(::getpid()), is_running))
    return 0;
  auto table = process_table::read();
  auto own_group = ::getpgrp();
  size_t count = 0;
  for (auto top : table.children_of(::getpid())) {
    if (is_running(top))
      continue;
    for (auto pid : table.tree_of(top)) {
      auto group = ::getpgid(pid);
      if (group > 1 && group != own_group && !is_running(group))
        ::kill(-group, SIGKILL);
      ::kill(pid, SIGKILL);
      ++count;
    }
  }
  return count;
}

/// Kills the orphans, and lets go the endings that waited for them once there are none.
void spawner_loop::sweep() {
  if (endings_.empty())
    return;
  auto now = steady::now();
  bool clean = false;
  // Those that go on starting others are outrun, if at all, by not pausing between two rounds.
  do
    clean = kill_orphans() == 0;
  while (!clean && steady::now() - now < sweep_stretch);
  std::erase_if(endings_, [&](const ending& each) {
    bool told = clean || now - each.since > sweep_patience;
    if (told)
      replies_.push_back(each.reply);
    return told;
  });
}

void spawner_loop::send_replies() {
  while (!replies_.empty()) {
    auto sent =
        ::send(socket_, &replies_.front(), sizeof(spawner_reply), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
      return; // Full for now, or gone: the next poll tells which.
    replies_.pop_front();
  }
}

void spawner_loop::end_everything() {
  std::vector<std::string> left;
  for (auto& [pid, known] : children_)
    if (!known.temporary.empty())
      left.push_back(std::move(known.temporary));
  kill_all();
  children_.clear();
  for (const auto& path : left)
    remove_folder(path);
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}

void spawner_loop::kill_all() {
  for (;;) {
    for (auto pid : children_of(::getpid())) {
      ::kill(-pid, SIGKILL);
      ::kill(pid, SIGKILL);
    }
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (::waitpid(-1, nullptr, WNOHANG) < 0)
      return;
    ::poll(nullptr, 0, sweep_interval_ms);
  }
}

/// Who ends those that take too much must not wait in line behind them. Only root may do so.
void step_forward() {
  constexpr int niceness = -10;
  (void)::setpriority(PRIO_PROCESS, 0, niceness);
  // With automatic groups a number counts within its session alone; this is that of the session.
  descriptor group(::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
  (void)!::write(group.get(), "-10", 3);
}

/// Empties the environment, the original bytes that /proc/self/environ shows included.
void forget_environment() {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto* name : {"PATH", "LANG", "TZ"})
    if (const auto* value = std::getenv(name))
      kept.emplace_back(name, value);
  for (char** each = environ; each && *each; ++each)
    ::explicit_bzero(*each, std::strlen(*each));
  ::clearenv();
  for (const auto& [name, value] : kept)
    ::setenv(name.c_str(), value.c_str(), 1);
}

} // namespace

void run_spawner(int socket) {
  ::setsid(); // A ^C at the server's terminal is the server's to handle.
  step_forward();
  ::prctl(PR_SET_NAME, "kodad-spawner");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    ::signal(number, SIG_IGN);
  forget_environment();
  auto null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; standard < 3; ++standard)
    ::dup2(null, standard);
  constexpr int kept = 3;
  if (socket != kept)
    ::dup3(socket, kept, O_CLOEXEC);
  ::syscall(SYS_close_range, kept + 1, ~0U, 0);
  spawner_loop(kept).run();
  ::_exit(0);
}

} // namespace kodad::storage::host
