#include "storage/host/spawner_loop.hpp"

#include "storage/host/process_tree.hpp"
#include "storage/host/spawner_wire.hpp"

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
#include <poll.h>
#include <sys/prctl.h>
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

struct child {
  process_key key = 0;
  bool sandboxed = false;
  descriptor report;
};

/// An end that is told once the orphans are gone.
struct ending {
  spawner_reply reply;
  steady::time_point since;
};

struct packet {
  ssize_t size = 0;
  spawner_request request;
  std::vector<descriptor> descriptors;
};

packet receive(int socket) {
  packet out;
  iovec piece{&out.request, sizeof out.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * spawner_descriptors_max)];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  out.size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  for (auto* head = out.size < 0 ? nullptr : CMSG_FIRSTHDR(&message); head;
       head = CMSG_NXTHDR(&message, head)) {
    auto count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      out.descriptors.emplace_back(fd);
    }
  }
  return out;
}

std::optional<child_spec> read_spec(const descriptor& memory) {
  struct stat seen {};
  if (::fstat(memory.get(), &seen) != 0)
    return {};
  std::string bytes(static_cast<size_t>(seen.st_size), '\0');
  if (::pread(memory.get(), bytes.data(), bytes.size(), 0) != seen.st_size)
    return {};
  return unpack_child_spec(bytes);
}

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
  void obey(packet request);
  void start(packet request);
  void signal(process_key key, spawner_request_kind how);
  void reap();
  void sweep();
  void send_replies();
  void end_everything();

  int socket_;
  bool open_ = true;
  std::map<pid_t, child> children_;
  std::vector<ending> endings_;
  std::deque<spawner_reply> replies_;
};

void spawner_loop::run() {
  sigset_t watched;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  descriptor deaths(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  while (open_) {
    short wanted = replies_.empty() ? POLLIN : POLLIN | POLLOUT;
    pollfd ready[] = {{socket_, wanted, 0}, {deaths.get(), POLLIN, 0}};
    ::poll(ready, 2, endings_.empty() ? -1 : sweep_interval_ms);
    signalfd_siginfo ignored;
    while (::read(deaths.get(), &ignored, sizeof ignored) > 0) {
    }
    if (ready[0].revents & (POLLIN | POLLHUP | POLLERR))
      obey(receive(socket_));
    reap();
    sweep();
    send_replies();
  }
  end_everything();
}

void spawner_loop::obey(packet request) {
  if (request.size < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (request.size != static_cast<ssize_t>(sizeof request.request)) {
    open_ = false; // The server is gone.
    return;
  }
  if (request.request.kind == spawner_request_kind::start)
    return start(std::move(request));
  if (request.request.kind == spawner_request_kind::ping)
    return replies_.push_back({request.request.key, spawner_reply_kind::pong, 0});
  signal(request.request.key, request.request.kind);
}

void spawner_loop::start(packet request) {
  auto key = request.request.key;
  auto& given = request.descriptors;
  // The kernel leaves out what would be too many descriptors for us.
  auto spec = given.size() < 3 ? std::nullopt : read_spec(given[0]);
  if (!spec) {
    replies_.push_back({key, spawner_reply_kind::failed, given.size() < 3 ? EMFILE : EINVAL});
    return;
  }
  child_descriptors streams{given[1].get(), given[2].get(), given.size() > 3 ? given[3].get() : -1};
  auto started = start_child(*spec, streams);
  if (started.number != 0)
    return replies_.push_back({key, spawner_reply_kind::failed, started.number});
  children_[started.pid] = {key, spec->sandboxed, std::move(started.report)};
}

void spawner_loop::signal(process_key key, spawner_request_kind how) {
  auto found =
      std::ranges::find_if(children_, [key](const auto& known) { return known.second.key == key; });
  if (found == children_.end())
    return;
  const auto& [pid, known] = *found;
  auto below = descendants_of(pid);
  if (!is_decided(known))
    how = spawner_request_kind::kill; // It would not hear anything else, nor has it begun.
  if (how == spawner_request_kind::kill) {
    // The root first: what it leaves behind falls to us, and the sweep gets it.
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL);
  } else if (!known.sandboxed) {
    ::kill(pid, SIGTERM);
  }
  for (auto each : below)
    ::kill(each, how == spawner_request_kind::kill ? SIGKILL : SIGTERM);
}

void spawner_loop::reap() {
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    auto found = children_.find(pid);
    if (found == children_.end())
      continue; // An orphan.
    spawner_reply reply{found->second.key, spawner_reply_kind::exited, WEXITSTATUS(status)};
    int number = 0;
    if (::read(found->second.report.get(), &number, sizeof number) == sizeof number)
      reply = {found->second.key, spawner_reply_kind::failed, number};
    else if (WIFSIGNALED(status))
      reply = {found->second.key, spawner_reply_kind::killed, WTERMSIG(status)};
    children_.erase(found);
    endings_.push_back({reply, steady::now()});
  }
}

/// Kills the orphans, and lets go the endings that waited for them once there are none.
void spawner_loop::sweep() {
  if (endings_.empty())
    return;
  bool clean = true;
  for (auto pid : children_of(::getpid())) {
    if (children_.contains(pid))
      continue;
    clean = false;
    ::kill(pid, SIGKILL);
  }
  auto now = steady::now();
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
