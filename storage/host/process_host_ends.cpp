// The thread's half that ends children: kills, deadlines, reports of the spawner.
#include "storage/host/process_host_thread.hpp"

#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace kodad::storage::host {

namespace {

// What a pipe may hold at most without special rights (fs.pipe-max-size).
constexpr size_t rest_bytes_max = 1024 * 1024;

/// Why the program never ran.
proto::error start_error(const spawner_reply& reply) {
  std::string step(reply.step, ::strnlen(reply.step, sizeof reply.step));
  if (step.empty())
    return system_error(reply.number, "start", "the program");
  return proto::make_error(proto::ec::sandbox_failed,
                           "the command was not run: the sandbox could not " + step + ": " +
                               std::strerror(reply.number));
}

} // namespace

void process_host::thread_state::cancel(process_key key) {
  auto found = children.find(key);
  if (found == children.end())
    return;
  found->second.status.cancelled = true;
  begin_ending(found->second);
}

void process_host::thread_state::begin_ending(running_child& child) {
  if (std::exchange(child.ending, true))
    return;
  ask_spawner(child.key, spawner_request_kind::terminate, nullptr, 0);
  deadlines.emplace(steady::now() + child.spec.kill_grace,
                    deadline{child.key, deadline::what::kill});
}

int process_host::thread_state::until_next_deadline_ms() const {
  if (deadlines.empty())
    return -1;
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadlines.begin()->first - steady::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
}

void process_host::thread_state::run_deadlines() {
  auto now = steady::now();
  while (!deadlines.empty() && deadlines.begin()->first <= now) {
    auto due = deadlines.begin()->second;
    deadlines.erase(deadlines.begin());
    on_deadline(due);
  }
}

void process_host::thread_state::on_deadline(const deadline& due) {
  if (due.then == deadline::what::listen_again)
    return listen_again(due.child);
  auto found = children.find(due.child);
  if (found == children.end())
    return;
  if (due.then == deadline::what::kill)
    return ask_spawner(due.child, spawner_request_kind::kill, nullptr, 0);
  if (!found->second.ending)
    found->second.status.timed_out = true;
  begin_ending(found->second);
}

void process_host::thread_state::on_spawner() {
  spawner_reply reply;
  for (;;) {
    auto got = ::recv(children_process.socket().get(), &reply, sizeof reply, MSG_DONTWAIT);
    if (got == static_cast<ssize_t>(sizeof reply)) {
      on_reply(reply);
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    break;
  }
  // Somebody killed the spawner. Its children went with it.
  spawner_lost = true;
  ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, children_process.socket().get(), nullptr);
  auto why = proto::make_error(proto::ec::internal, "the process that starts others is gone");
  finish_all(&why);
}

void process_host::thread_state::on_reply(const spawner_reply& reply) {
  auto found = children.find(reply.key);
  if (found == children.end())
    return;
  auto& status = found->second.status;
  status.bound = reply.bound;
  if (reply.kind == spawner_reply_kind::failed)
    status.failure = start_error(reply);
  else if (reply.kind == spawner_reply_kind::killed)
    status.signal = reply.number;
  else
    status.code = reply.number;
  finish(found);
}

void process_host::thread_state::finish(children_map::iterator found) {
  auto child = std::move(found->second);
  children.erase(found);
  // What is in the pipes is all there will be, even if somebody still holds their other ends.
  for (auto from : {output_stream::output, output_stream::error}) {
    auto& stream = child.streams[static_cast<size_t>(from)];
    std::string bytes(stream.is_open() ? rest_bytes_max : 0, '\0');
    auto got = bytes.empty() ? 0 : ::read(stream.get(), bytes.data(), bytes.size());
    stream.reset();
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (!bytes.empty())
      deliver(child, from, std::move(bytes));
  }
  close_child_input(child);
  --shared->alive;
  child.listener->exited(child.status);
}

void process_host::thread_state::finish_all(const proto::error* why) {
  while (!children.empty()) {
    auto first = children.begin();
    first->second.status.cancelled = first->second.status.cancelled || !why;
    if (why)
      first->second.status.failure = *why;
    finish(first);
  }
}

} // namespace kodad::storage::host
