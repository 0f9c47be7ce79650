// The thread's half that ends children: kills, deadlines, reports of the spawner.
#include "storage/host/process_host_thread.hpp"

#include "proto/limits/processes.hpp"
#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cstring>

namespace kodad::storage::host {

namespace {

// What a pipe may hold at most without special rights (fs.pipe-max-size).
constexpr size_t rest_bytes_max = 1024 * 1024;

/// Why the program never ran.
proto::error start_error(const spawner_reply& reply, const child_spec& spec) {
  std::string step(reply.step, ::strnlen(reply.step, sizeof reply.step));
  if (step.empty())
    return system_error(reply.number, "start", spec.argv[0] + " in " + spec.cwd);
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

/// @post The child may be gone from `children`.
void process_host::thread_state::begin_ending(running_child& child) {
  if (std::exchange(child.ending, true) || child.lost)
    return;
  auto key = child.key;
  if (link.is_unsent(key)) { // It has not begun.
    link.take_back(key);
    return finish(children.find(key));
  }
  deadlines.emplace(steady::now() + child.spec.kill_grace, deadline{key, deadline::what::kill});
  link.ask(key, spawner_request_kind::terminate);
}

int process_host::thread_state::until_next_deadline_ms() const {
  auto next = link.due();
  if (!deadlines.empty() && (!next || deadlines.begin()->first < *next))
    next = deadlines.begin()->first;
  if (!next)
    return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - steady::now());
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
  if (found == children.end() || found->second.lost)
    return;
  auto& child = found->second;
  switch (due.then) {
  case deadline::what::kill:
    deadlines.emplace(steady::now() + proto::limits::kill_patience,
                      deadline{due.child, deadline::what::give_up});
    return link.ask(due.child, spawner_request_kind::kill);
  case deadline::what::give_up:
    link.take_back(due.child);
    return finish(found); // It hangs in the kernel; whoever waits has waited enough.
  default:
    child.status.timed_out = child.status.timed_out || !child.ending;
    begin_ending(child);
  }
}

// --- what the spawner says -------------------------------------------------------------------

void process_host::thread_state::replied(const spawner_reply& reply) {
  auto found = children.find(reply.key);
  if (found == children.end())
    return;
  auto& status = found->second.status;
  status.bound = reply.bound;
  if (reply.kind == spawner_reply_kind::failed)
    status.failure = start_error(reply, found->second.spec);
  else if (reply.kind == spawner_reply_kind::killed)
    status.signal = reply.number;
  else
    status.code = reply.number;
  finish(found);
}

void process_host::thread_state::lost() {
  for (auto& [key, child] : children)
    child.lost = child.lost || !link.is_unsent(key);
}

void process_host::thread_state::buried() {
  for (auto key : keys()) {
    auto found = children.find(key);
    if (found == children.end() || !found->second.lost)
      continue;
    auto& status = found->second.status;
    if (!status.cancelled && !status.timed_out)
      status.failure = proto::make_error(
          proto::ec::tool_failed, "the command was cut off, because the part of the host that runs "
                                  "commands broke down and was started anew; what the command had "
                                  "done by then stays done");
    finish(found);
  }
}

void process_host::thread_state::refused(const proto::error& why) {
  for (auto key : keys()) {
    auto found = children.find(key);
    if (found == children.end() || found->second.lost)
      continue;
    found->second.status.failure = proto::make_error(
        proto::ec::tool_failed,
        "no command can be started at the moment, try again in a few seconds: " + why.context);
    finish(found);
  }
}

void process_host::thread_state::told(const std::string& line) {
  if (!tell)
    return;
  if (auto now = pace.pass(line, steady::now()))
    tell(*now);
}

/// For loops in which a listener may make children go.
std::vector<process_key> process_host::thread_state::keys() const {
  std::vector<process_key> out;
  for (const auto& [key, child] : children)
    out.push_back(key);
  return out;
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

void process_host::thread_state::finish_all() {
  while (!children.empty()) {
    auto first = children.begin();
    first->second.status.cancelled = true;
    finish(first);
  }
}

} // namespace kodad::storage::host
