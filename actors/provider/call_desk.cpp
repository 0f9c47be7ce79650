#include "actors/provider/call_desk.hpp"

#include "actors/provider/token_estimate.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <caf/send.hpp>

namespace kodad::actors {

namespace limits = proto::limits;
using proto::ec;
using proto::provider::call_failure;
using proto::provider::remedy;

namespace {

constexpr int64_t patience_ms = std::chrono::milliseconds(limits::provider_patience).count();
constexpr int64_t notice_ms = std::chrono::milliseconds(limits::wait_notice).count();

void refuse(const start_call& call, call_failure why) {
  caf::anon_send(call.listener, call_ended{call.call, std::move(why)});
}

call_failure full_failure(size_t waiting_max) {
  auto what = proto::make_error(ec::host_full, "too many model calls wait for this provider");
  what.limit = static_cast<int64_t>(waiting_max);
  return {std::move(what), remedy::retry, std::nullopt};
}

call_failure paused_failure(int64_t pause_ms) {
  auto seconds = (pause_ms + 999) / 1000;
  auto what = proto::make_error(ec::rate_limited, "the provider wants no call for another " +
                                                      std::to_string(seconds) + " s");
  what.retry_after_s = seconds;
  return {std::move(what), remedy::fall_back, pause_ms};
}

std::string reason_of(hold by) {
  switch (by) {
  case hold::streams:
    return "waiting for a free stream to the provider";
  case hold::pause:
    return "waiting because the provider asked to slow down";
  default:
    return "waiting for the provider's rate limit";
  }
}

} // namespace

call_failure cancelled_failure() {
  return {proto::make_error(ec::cancelled, "the model call was cancelled"), remedy::give_up,
          std::nullopt};
}

void call_desk::start(const start_call& call) {
  if (closed_)
    return refuse(call, cancelled_failure());
  auto now = with_.now_ms();
  if (auto pause = rules_.pause_ms(now); pause > patience_ms)
    return refuse(call, paused_failure(pause));
  auto tokens = estimate_tokens(*call.request);
  if (queue_.size() == 0 && rules_.judge(now, tokens).may_start())
    return admit(call, tokens);
  if (queue_.size() >= bounds_.waiting_max)
    return refuse(call, full_failure(bounds_.waiting_max));
  queue_.push(call.session, call.call);
  waiting_.emplace(call.call, waiting_call{call, tokens});
  untold_.emplace_back(now, call.call);
  admit_next();
}

void call_desk::cancel(model_call_key call) {
  if (auto place = running_.find(call); place != running_.end()) {
    caf::anon_send(place->second.actor, caf::close_atom_v);
  } else if (queue_.remove(call)) {
    auto waiting = waiting_.extract(call);
    refuse(waiting.mapped().call, cancelled_failure());
  }
}

void call_desk::heard(const call_headed& head) {
  auto place = running_.find(head.call);
  if (place == running_.end())
    return;
  bool accepted = head.status >= 200 && head.status < 300;
  rules_.heard(place->second.pass, with_.now_ms(), accepted, head.told);
  admit_next();
}

void call_desk::ended(const call_ended& call) {
  auto gone = running_.extract(call.call);
  if (gone.empty())
    return;
  auto now = with_.now_ms();
  auto& pass = gone.mapped().pass;
  rules_.ended(pass, now);
  if (call.failure && call.failure->what.code == ec::rate_limited)
    rules_.refused(pass, now, governor::trouble::limited, call.failure->retry_after_ms);
  if (call.failure && call.failure->what.code == ec::provider_overloaded)
    rules_.refused(pass, now, governor::trouble::overloaded, call.failure->retry_after_ms);
  refuse_if_hopeless(call.failure);
  admit_next();
}

void call_desk::broke(const caf::down_msg& gone) {
  auto place = std::find_if(running_.begin(), running_.end(), [&gone](const auto& one) {
    return one.second.actor.address() == gone.source;
  });
  if (place == running_.end())
    return;
  auto what =
      proto::make_error(ec::internal, "the model call broke down: " + caf::to_string(gone.reason));
  caf::anon_send(place->second.listener,
                 call_ended{place->first, call_failure{what, remedy::give_up, std::nullopt}});
  rules_.ended(place->second.pass, with_.now_ms());
  running_.erase(place);
  admit_next();
}

void call_desk::tick() {
  wake_at_ = 0;
  admit_next();
}

void call_desk::close() {
  closed_ = true;
  for (const auto& [key, waiting] : waiting_)
    refuse(waiting.call, cancelled_failure());
  waiting_.clear();
  queue_ = {};
  for (const auto& [key, call] : running_)
    caf::anon_send(call.actor, caf::close_atom_v);
  running_.clear();
}

void call_desk::admit(const start_call& call, int64_t tokens) {
  auto pass = rules_.start(with_.now_ms(), tokens);
  running_.emplace(call.call, running_call{with_.open(call), call.listener, pass});
}

void call_desk::admit_next() {
  while (auto next = queue_.front()) {
    auto ruling = rules_.judge(with_.now_ms(), waiting_.at(*next).tokens);
    if (!ruling.may_start()) {
      tell_who_waits(ruling);
      return wake_for(ruling);
    }
    queue_.pop();
    auto waiting = waiting_.extract(*next);
    admit(waiting.mapped().call, waiting.mapped().tokens);
  }
  untold_.clear();
}

/// After a pause beyond all patience, or when the provider refuses everything, waiting is no use:
/// those who do are refused as if they had called, and may try again later or elsewhere.
void call_desk::refuse_if_hopeless(const std::optional<call_failure>& last) {
  auto pause = rules_.pause_ms(with_.now_ms());
  bool is_long = pause > patience_ms;
  if (!is_long && !(last && pause > 0 && rules_.is_refusing()))
    return;
  auto why = is_long ? paused_failure(pause) : call_failure{last->what, remedy::retry, pause};
  for (const auto& [key, waiting] : waiting_)
    refuse(waiting.call, why);
  waiting_.clear();
  queue_ = {};
}

void call_desk::tell_who_waits(const governor::verdict& why) {
  auto due = with_.now_ms() - notice_ms;
  while (!untold_.empty() && untold_.front().first <= due) {
    auto key = untold_.front().second;
    untold_.pop_front();
    if (auto place = waiting_.find(key); place != waiting_.end())
      caf::anon_send(place->second.call.listener, call_waits{key, reason_of(why.by), why.wait_ms});
  }
}

void call_desk::wake_for(const governor::verdict& next) {
  auto now = with_.now_ms();
  auto at = next.wait_ms > 0 ? now + next.wait_ms : INT64_MAX;
  if (!untold_.empty())
    at = std::min(at, untold_.front().first + notice_ms);
  if (at == INT64_MAX || (wake_at_ != 0 && wake_at_ <= at))
    return;
  wake_at_ = at;
  with_.wake_in(std::max<int64_t>(1, at - now));
}

} // namespace kodad::actors
