#include "actors/provider/call_desk.hpp"

#include <caf/send.hpp>

namespace kodad::actors {

using proto::ec;
using proto::provider::call_failure;

namespace {

void refuse(const start_call& call, call_failure why) {
  caf::anon_send(call.listener, call_ended{call.call, std::move(why)});
}

call_failure full_failure(size_t waiting_max) {
  call_failure out;
  out.what = proto::make_error(ec::host_full, "too many model calls wait for this provider");
  out.what.limit = static_cast<int64_t>(waiting_max);
  out.then = proto::provider::remedy::retry;
  return out;
}

} // namespace

call_failure cancelled_failure() {
  return {proto::make_error(ec::cancelled, "the model call was cancelled"),
          proto::provider::remedy::give_up, std::nullopt};
}

void call_desk::start(const start_call& call) {
  if (closed_)
    return refuse(call, cancelled_failure());
  if (running_.size() < bounds_.streams_max)
    return admit(call);
  if (queue_.size() >= bounds_.waiting_max)
    return refuse(call, full_failure(bounds_.waiting_max));
  queue_.push(call.session, call.call);
  waiting_.emplace(call.call, call);
}

void call_desk::cancel(model_call_key call) {
  if (auto place = running_.find(call); place != running_.end()) {
    caf::anon_send(place->second.actor, caf::close_atom_v);
  } else if (queue_.remove(call)) {
    auto waiting = waiting_.extract(call);
    refuse(waiting.mapped(), cancelled_failure());
  }
}

void call_desk::ended(model_call_key call) {
  if (running_.erase(call) > 0)
    admit_next();
}

void call_desk::broke(const caf::actor_addr& who) {
  for (auto place = running_.begin(); place != running_.end(); ++place) {
    if (place->second.actor.address() != who)
      continue;
    auto what = proto::make_error(ec::internal, "the model call broke");
    caf::anon_send(place->second.listener, call_ended{place->first, call_failure{what}});
    running_.erase(place);
    return admit_next();
  }
}

void call_desk::close() {
  closed_ = true;
  for (const auto& [key, call] : waiting_)
    refuse(call, cancelled_failure());
  waiting_.clear();
  queue_ = {};
  for (const auto& [key, call] : running_)
    caf::anon_send(call.actor, caf::close_atom_v);
  running_.clear();
}

void call_desk::admit(const start_call& call) {
  running_.emplace(call.call, running_call{open_(call), call.listener});
}

void call_desk::admit_next() {
  if (running_.size() >= bounds_.streams_max)
    return;
  auto next = queue_.pop();
  if (!next)
    return;
  auto waiting = waiting_.extract(*next);
  admit(waiting.mapped());
}

} // namespace kodad::actors
