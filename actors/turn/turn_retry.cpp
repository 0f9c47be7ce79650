// The turn machine's half that deals with failed model calls: one typed remedy for each. A call is
// made again after a wait, with less of the conversation or a plainer one, or by another model; all
// retries of a turn come out of one budget, so that no two layers multiply. What a failed attempt
// said is void, what it cost is not. Tools have not been started by then: they wait for the
// answer's end.
#include "actors/turn/retry_policy.hpp"
#include "actors/turn/shrink.hpp"
#include "actors/turn/turn_machine.hpp"

#include <algorithm>
#include <utility>

namespace kodad::actors {

using proto::provider::call_failure;
using proto::provider::remedy;

void turn_machine::fail_attempt(effects& out, const call_failure& failure) {
  bool may_wait = failure.then == remedy::retry && is_worth_waiting(failure.retry_after_ms);
  if (may_wait && retries_left_ > 0)
    return back_off(out, failure);
  if (failure.then == remedy::shrink && try_shorter(out, failure))
    return;
  if (failure.then == remedy::simplify && try_plainer(out, failure))
    return;
  bool is_final = failure.then == remedy::give_up || failure.then == remedy::simplify;
  if (!is_final && try_another(out, failure))
    return;
  give_up(out, failure);
}

void turn_machine::back_off(effects& out, const call_failure& failure) {
  auto delay = retry_delay_ms(attempt_, failure.retry_after_ms, sources_.jitter());
  call_again(out, {failure.what.context, attempt_, attempt_ - 1 + retries_left_, delay, model().id,
                   std::string(to_word(failure.what.code))});
  ++attempt_;
  --retries_left_;
}

bool turn_machine::try_shorter(effects& out, const call_failure& failure) {
  if (shrinking_ >= shrinkings_max)
    return false;
  ++shrinking_;
  call_again(out, {"the conversation is too long for the model; trying with less of it", shrinking_,
                   shrinkings_max, 0, model().id, std::string(to_word(failure.what.code))});
  return true;
}

bool turn_machine::try_plainer(effects& out, const call_failure& failure) {
  if (std::exchange(plain_, true))
    return false;
  call_again(out, {failure.what.context + "; trying with plain text", 1, 1, 0, model().id,
                   std::string(to_word(failure.what.code))});
  return true;
}

bool turn_machine::try_another(effects& out, const call_failure& failure) {
  auto next = next_model(facts_.models, model_, failure.what.code);
  if (!next)
    return false;
  model_ = *next;
  attempt_ = 1;
  shrinking_ = 0;
  plain_ = false;
  call_again(out, {failure.what.context + "; falling back to " + model().id.text, attempt_,
                   std::max(attempt_, retries_left_), 0, model().id,
                   std::string(to_word(failure.what.code))});
  return true;
}

void turn_machine::give_up(effects& out, const call_failure& failure) {
  turn_ends how;
  how.phase = proto::turn_phase::failed;
  how.failure = failure.what;
  how.retryable = failure.then == remedy::retry;
  how.last = new_step();
  pay_for_attempt(how.last);
  draft_.reset();
  end(out, std::move(how));
}

void turn_machine::call_again(effects& out, const proto::retry_notice& why) {
  phase_ = phase::backing_off;
  auto step = new_step();
  pay_for_attempt(step);
  draft_.reset();
  step.attempt_begins = true;
  step.events.push_back(proto::retry_event(facts_.record.shown.number, why));
  keep(out, std::move(step), {wait_before_retry{why.delay_ms, ++ticket_}});
}

/// The provider counts what it has sent, whether we can use it or not.
void turn_machine::pay_for_attempt(turn_keeps& step) {
  if (!draft_ || draft_->usage() == proto::usage{})
    return;
  step.call_usage = draft_->usage();
  step.call_cost = proto::cost_usd(draft_->usage(), model());
  step.context_size = model().context_size;
  step.called = model().id;
  usage_ += draft_->usage();
  cost_ += step.call_cost;
}

effects turn_machine::on_call_waits(const call_waits& notice) {
  effects out;
  if (phase_ != phase::calling)
    return out;
  auto step = new_step();
  step.events.push_back(proto::retry_event(facts_.record.shown.number,
                                           {notice.why, 0, 0, notice.wait_ms, model().id,
                                            std::string(to_word(proto::ec::rate_limited))}));
  step.events.back().voids_attempt = false; // Nothing has been said yet.
  keep(out, std::move(step), {});
  return out;
}

} // namespace kodad::actors
