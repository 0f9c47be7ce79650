#include "storage/host/spawner_link.hpp"

#include "proto/limits/processes.hpp"
#include "storage/host/process_tree.hpp"
#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace kodad::storage::host {

namespace {

namespace limits = proto::limits;
using steady = std::chrono::steady_clock;

// A full socket is looked at again so soon.
constexpr auto send_pause = std::chrono::milliseconds(10);

constexpr int clean_sweeps_wanted = 2; // /proc may miss a child that is just being handed over.

void disarm_if_past(std::optional<steady::time_point>& when, steady::time_point now, bool& is_due) {
  is_due = when && *when <= now;
  if (is_due)
    when.reset();
}

/// None without a failure, then doubling from the first delay to the longest.
std::chrono::milliseconds restart_delay(int failures, std::chrono::milliseconds longest) {
  if (failures <= 0)
    return {};
  std::chrono::milliseconds delay = limits::spawner_restart_first;
  for (int i = 1; i < failures && delay < longest; ++i)
    delay *= 2;
  return std::min(delay, longest);
}

} // namespace

proto::result<void> spawner_link::open(const descriptor& epoll, uint64_t tag) {
  epoll_ = epoll.get();
  tag_ = tag;
  strangers_ = children_of(::getpid());
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto first = source_();
  if (!first)
    return first.failure();
  connect(std::move(*first));
  return {};
}

void spawner_link::connect(spawner started) {
  current_ = std::move(started);
  started_ = steady::now();
  beat_at_ = started_;
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = tag_;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, current_->socket().get(), &wanted);
}

void spawner_link::ask(process_key key, spawner_request_kind kind, std::vector<descriptor> with) {
  unsent_.push_back({{key, kind}, std::move(with)});
  if (!beat_at_)
    beat_at_ = steady::now(); // Who knows how it is since it was last asked.
  send();
}

bool spawner_link::is_unsent(process_key key) const {
  return std::ranges::any_of(unsent_, [key](const auto& each) {
    return each.request.key == key && each.request.kind == spawner_request_kind::start;
  });
}

void spawner_link::take_back(process_key key) {
  std::erase_if(unsent_, [key](const auto& each) {
    return each.request.key == key && each.request.kind != spawner_request_kind::ping;
  });
}

void spawner_link::send() {
  send_at_.reset();
  while (current_ && !unsent_.empty() && send_first())
    unsent_.pop_front();
}

/// Never waits: a spawner that does not read must not stop us.
bool spawner_link::send_first() {
  auto& first = unsent_.front();
  iovec piece{&first.request, sizeof first.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * spawner_descriptors_max)] = {};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!first.with.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * first.with.size());
    auto* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * first.with.size());
    for (size_t i = 0; i < first.with.size(); ++i) {
      int fd = first.with[i].get();
      std::memcpy(CMSG_DATA(head) + i * sizeof fd, &fd, sizeof fd);
    }
  }
  auto sent = ::sendmsg(current_->socket().get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  // One that is gone tells so on the other side of the socket.
  if (sent < 0)
    send_at_ = steady::now() + send_pause;
  return sent >= 0;
}

void spawner_link::receive() {
  while (current_) {
    spawner_reply reply;
    auto got = ::recv(current_->socket().get(), &reply, sizeof reply, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got != static_cast<ssize_t>(sizeof reply))
      return lose("");
    if (reply.kind != spawner_reply_kind::pong) {
      user_.replied(reply);
      continue;
    }
    is_pinged_ = false;
    missed_ = 0;
    *is_up_ = true;
    if (lost_at_) {
      auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - *lost_at_);
      user_.told("the process that starts commands was replaced after " +
                 std::to_string(took.count()) + " ms");
      lost_at_.reset();
    }
  }
}

std::optional<spawner_link::time_point> spawner_link::due() const {
  std::optional<time_point> out;
  for (const auto& each : {send_at_, beat_at_, start_at_, sweep_at_})
    if (each && (!out || *each < *out))
      out = each;
  return out;
}

void spawner_link::tick(bool is_busy) {
  auto now = steady::now();
  bool is_due = false;
  disarm_if_past(send_at_, now, is_due);
  if (is_due)
    send();
  disarm_if_past(beat_at_, now, is_due);
  if (is_due)
    beat(is_busy);
  disarm_if_past(start_at_, now, is_due);
  if (is_due)
    restart();
  disarm_if_past(sweep_at_, now, is_due);
  if (is_due)
    sweep();
}

/// Beats are counted, not time: while this process itself was stopped, nobody could answer.
void spawner_link::beat(bool is_busy) {
  receive(); // The answer may have come before we looked.
  if (!current_)
    return;
  if (is_pinged_ && ++missed_ >= limits::spawner_beats_missed)
    return lose(" because it did not answer for some seconds");
  bool is_new = !*is_up_;
  if (!is_pinged_ && (is_busy || is_new || !unsent_.empty())) {
    is_pinged_ = true;
    ask(0, spawner_request_kind::ping);
  }
  if (is_pinged_)
    beat_at_ = steady::now() + limits::spawner_beat;
}

/// @param cause Why it is given up; empty for one that has died.
void spawner_link::lose(const char* cause) {
  auto now = steady::now();
  if (!lost_why_.empty()) // One that died before is still not reaped: it hangs in the kernel.
    user_.told("the process that starts commands" + lost_why_ + ", and does not end");
  lost_why_ = *cause ? std::string(" was ended") + cause : " died";
  lost_at_ = now;
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, current_->socket().get(), nullptr);
  current_->kill();
  current_->dismiss();
  dying_.push_back(std::move(*current_));
  current_.reset();
  bool had_answered = is_up_->exchange(false);
  is_pinged_ = false;
  missed_ = 0;
  beat_at_.reset();
  std::erase_if(unsent_,
                [](const auto& each) { return each.request.kind != spawner_request_kind::start; });
  failures_ = now - started_ < limits::spawner_youth ? failures_ + 1 : 0;
  start_at_ = now + restart_delay(failures_, had_answered ? limits::spawner_restart_answered
                                                          : limits::spawner_restart_longest);
  sweep_at_ = now;
  clean_sweeps_ = 0;
  if (!told_by_)
    told_by_ = now + limits::stray_patience;
  user_.lost();
}

/// Once it is reaped: only then is known how it ended.
void spawner_link::tell_end(const spawner& gone) {
  if (lost_why_.empty() || gone.ending().empty())
    return;
  bool has_died = lost_why_ == " died";
  user_.told("the process that starts commands" + lost_why_ +
             (has_died ? " " + gone.ending() : "") +
             "; what it had started ends, and it is replaced");
  lost_why_.clear();
}

void spawner_link::restart() {
  auto next = source_();
  if (next) {
    connect(std::move(*next));
    return send();
  }
  user_.told("the process that starts commands cannot be replaced yet: " + next.failure().context);
  start_at_ = steady::now() + restart_delay(++failures_, limits::spawner_restart_longest);
  unsent_.clear();
  user_.refused(next.failure());
}

// --- what a dead spawner leaves behind -------------------------------------------------------

/// @return Was there anybody?
bool spawner_link::kill_strays() {
  bool any = false;
  std::erase_if(dying_, [this](spawner& each) {
    bool is_gone = each.is_gone();
    if (is_gone)
      tell_end(each);
    return is_gone;
  });
  for (const auto& each : dying_) {
    any = true;
    for (auto pid : descendants_of(each.pid()))
      ::kill(pid, SIGKILL);
  }
  auto is_known = [this](pid_t pid) {
    return (current_ && current_->pid() == pid) || std::ranges::count(strangers_, pid) > 0 ||
           std::ranges::any_of(dying_, [pid](const auto& each) { return each.pid() == pid; });
  };
  for (auto pid : children_of(::getpid())) {
    if (is_known(pid))
      continue;
    any = true;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, WNOHANG);
  }
  return any;
}

void spawner_link::sweep() {
  clean_sweeps_ = kill_strays() ? 0 : clean_sweeps_ + 1;
  bool is_clean = clean_sweeps_ >= clean_sweeps_wanted;
  auto now = steady::now();
  bool is_told = !told_by_;
  if (!is_clean)
    sweep_at_ = now + (is_told ? limits::stray_sweep_later : limits::stray_sweep);
  if (is_told || (!is_clean && now < *told_by_))
    return;
  told_by_.reset();
  user_.buried();
}

void spawner_link::close() {
  *is_up_ = false;
  unsent_.clear();
  if (current_) {
    current_->dismiss();
    dying_.push_back(std::move(*current_));
    current_.reset();
  }
  auto orderly = steady::now() + limits::spawner_farewell;
  auto latest = orderly + limits::spawner_burial;
  bool leaves_strays = told_by_.has_value();
  for (auto now = steady::now(); now < latest; now = steady::now()) {
    bool is_late = now > orderly;
    leaves_strays = leaves_strays || is_late;
    for (auto& each : dying_)
      if (is_late)
        each.kill();
    std::erase_if(dying_, [](spawner& each) { return each.is_gone(); });
    if (dying_.empty() && (!leaves_strays || !kill_strays()))
      return;
    ::poll(nullptr, 0, 1);
  }
  for (auto& each : dying_)
    each.forget(); // It hangs in the kernel, and so would we.
}

} // namespace kodad::storage::host
