#include "storage/host/sandbox/broker.hpp"

#include "storage/host/open_at.hpp"
#include "storage/host/sandbox/broker_filter.hpp"
#include "storage/host/sandbox/broker_loop.hpp"
#include "storage/host/sandbox/capabilities.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// From Linux 6.6's seccomp.h: the answer wakes the caller on the processor that gives it.
constexpr unsigned long set_listener_flags = SECCOMP_IOW(4, uint64_t);
constexpr uint64_t wake_here = 1;

/// Closes all descriptors but these and the three standard ones, which lead nowhere.
void keep_only(std::vector<int> kept) {
  std::ranges::sort(kept);
  unsigned from = STDERR_FILENO + 1;
  for (auto each : kept) {
    auto number = static_cast<unsigned>(each);
    if (number > from)
      ::syscall(SYS_close_range, from, number - 1, 0);
    from = std::max(from, number + 1);
  }
  ::syscall(SYS_close_range, from, ~0U, 0);
}

writable_places places_of(const broker_terms& terms) {
  writable_places out;
  if (terms.what.writable) {
    out.add(descriptor(::fcntl(terms.workspace, F_DUPFD_CLOEXEC, 3)));
    out.guard(descriptor(::fcntl(terms.workspace, F_DUPFD_CLOEXEC, 3)), terms.what.places);
  }
  out.add(descriptor(::open(terms.temporary.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)));
  for (const auto& one : terms.what.shown)
    if (one.writable)
      out.add(open_at(AT_FDCWD, one.path, O_PATH, RESOLVE_NO_SYMLINKS));
  return out;
}

void send_descriptor(int channel, int file) {
  char mark = 0;
  iovec piece{&mark, sizeof mark};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof file)] = {};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof file);
  std::memcpy(CMSG_DATA(head), &file, sizeof file);
  (void)::sendmsg(channel, &message, MSG_NOSIGNAL);
}

/// Waits for it. Not open when the command has ended instead, or works without.
descriptor receive_descriptor(int channel) {
  char mark = 0;
  iovec piece{&mark, sizeof mark};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto got = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  auto* head = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (!head || head->cmsg_type != SCM_RIGHTS)
    return {};
  int out = -1;
  std::memcpy(&out, CMSG_DATA(head), sizeof out);
  return descriptor(out);
}

/// As the command has ended, so does this process, whose end is taken for the command's.
[[noreturn]] void end_like(pid_t command) {
  int status = 0;
  while (::waitpid(command, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFSIGNALED(status))
    ::_exit(WEXITSTATUS(status));
  auto number = WTERMSIG(status);
  ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::raise(number);
  constexpr int by_signal = 128;
  ::_exit(by_signal + number);
}

} // namespace

void run_broker(pid_t command, int channel, const broker_terms& terms) {
  ::prctl(PR_SET_NAME, "kodad-broker");
  (void)::prctl(PR_SET_DUMPABLE, 0);
  descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, command, 0)));
  auto places = places_of(terms);
  auto kept = places.descriptors();
  kept.insert(kept.end(), {channel, ended.get(), terms.refusals});
  std::erase(kept, -1);
  keep_only(std::move(kept));
  if (!ended.is_open() || !drop_capabilities() || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    ::_exit(127);
  auto listener = receive_descriptor(channel);
  ::close(channel);
  if (listener.is_open())
    (void)::ioctl(listener.get(), set_listener_flags, wake_here);
  broker_loop loop(std::move(places), terms.processes_max, terms.refusals, command);
  for (;;) {
    // Without a listener its place is -1, which poll passes over.
    pollfd ready[] = {{ended.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    (void)::poll(ready, 2, -1);
    if (ready[0].revents != 0)
      end_like(command);
    if ((ready[1].revents & POLLIN) != 0)
      loop.answer_one(listener);
    else if (ready[1].revents != 0)
      listener.reset();
  }
}

setup_failure hand_over_calls(int channel) {
  auto listener = listen_for_calls();
  if (listener.is_open())
    send_descriptor(channel, listener.get());
  else if (!refuse_changes())
    return failed_to("hand calls over to the broker");
  return {};
}

} // namespace kodad::storage::host
