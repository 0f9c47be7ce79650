#include "actors/turn/turn_machine.hpp"

#include "actors/turn/retry_policy.hpp"
#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <utility>

namespace kodad::actors {

using proto::tool_status;
using proto::turn_phase;

turn_machine::turn_machine(turn_facts facts, judge judge_call, turn_sources sources)
    : facts_(std::move(facts)), judge_(std::move(judge_call)), sources_(std::move(sources)),
      steps_(facts_.record.steps), retries_left_(facts_.retries_max), usage_(facts_.record.usage),
      cost_(facts_.record.cost) {}

effects turn_machine::begin() {
  effects out;
  start_step(out);
  return out;
}

effects turn_machine::resume(std::vector<proto::part_record> parts,
                             std::vector<proto::question_record> questions) {
  effects out;
  parts_ = std::move(parts);
  questions_ = std::move(questions);
  for (const auto& piece : parts_) // No two steps share a number, whatever was counted.
    steps_ = std::max(steps_, piece.shown.step.value_or(0));
  auto step = new_step();
  for (uint32_t i = 0; i < parts_.size(); ++i)
    if (parts_[i].shown.status == tool_status::running)
      fail_call(i, step, proto::make_error(proto::ec::interrupted, "interrupted, effect unknown"));
  bool was_cut = !step.parts.empty() || questions_.empty();
  if (was_cut)
    step.events.push_back(proto::retry_event(facts_.record.shown.number,
                                             {"the host was restarted; the turn goes on", attempt_,
                                              std::max(attempt_, facts_.retries_max), 0,
                                              facts_.record.model_id, "restarted"}));
  phase_ = phase::working;
  step.attempt_begins = questions_.empty();
  if (was_cut)
    keep(out, std::move(step), {});
  go_on_if_done(out);
  return out;
}

effects turn_machine::abandon(std::vector<proto::part_record> parts,
                              std::vector<proto::question_record> questions) {
  effects out;
  parts_ = std::move(parts);
  questions_ = std::move(questions);
  turn_ends how;
  how.last = new_step();
  how.phase = turn_phase::interrupted;
  how.failure = proto::make_error(proto::ec::interrupted, "a restart cut the turn off");
  for (uint32_t i = 0; i < parts_.size(); ++i)
    if (parts_[i].shown.call_id && !parts_[i].shown.ended_at)
      fail_call(i, how.last,
                proto::make_error(proto::ec::interrupted, "interrupted, effect unknown"));
  end(out, std::move(how));
  return out;
}

void turn_machine::start_step(effects& out) {
  if (is_budget_spent()) {
    turn_ends how;
    how.last = new_step();
    how.finish_reason = "budget_exceeded";
    return end(out, std::move(how));
  }
  phase_ = phase::calling;
  draft_.emplace(facts_.record.shown.number, steps_ + 1, model().id, used_calls());
  out.emplace_back(
      call_model{model_, static_cast<int>(steps_) < facts_.steps_max, plain_, shrinking_});
}

bool turn_machine::is_budget_spent() const {
  const auto& money = facts_.money;
  return money.budget_usd > 0 && money.spent_usd + cost_ - facts_.record.cost >= money.budget_usd;
}

effects turn_machine::on_chunks(const std::vector<proto::stream_chunk>& chunks) {
  effects out;
  if (phase_ != phase::calling)
    return out;
  show_events shown;
  draft_->add(chunks, shown.events);
  if (!shown.events.empty())
    out.emplace_back(std::move(shown));
  return out;
}

effects turn_machine::on_call_ended(const std::optional<proto::provider::call_failure>& failure) {
  effects out;
  if (phase_ == phase::cancelling) {
    end_cancelled(out);
    return out;
  }
  if (phase_ != phase::calling)
    return out;
  if (failure)
    fail_attempt(out, *failure);
  else if (!draft_->stop())
    fail_attempt(out, {proto::make_error(proto::ec::stream_cut, "the answer has no end"),
                       proto::provider::remedy::retry,
                       {}});
  else if (is_answer_empty())
    fail_attempt(out, empty_answer(*draft_->stop()));
  else
    finish_step(out);
  return out;
}

effects turn_machine::on_retry_time(uint64_t ticket) {
  effects out;
  if (phase_ == phase::backing_off && ticket == ticket_)
    start_step(out);
  return out;
}

void turn_machine::finish_step(effects& out) {
  ++steps_;
  attempt_ = 1;
  retries_left_ = std::min(retries_left_ + 1, facts_.retries_max);
  auto step = new_step();
  auto stop = *draft_->stop();
  take_draft(step);
  bool has_calls = std::ranges::any_of(step.parts, [](const part_change& change) {
    return change.part.shown.type == proto::part_type::tool;
  });
  // The model was told that its steps are used up, and to answer.
  bool is_last = static_cast<int>(steps_) > facts_.steps_max;
  if (has_calls && !is_last) {
    phase_ = phase::working;
    effects then;
    judge_calls(step, then);
    draft_.reset();
    step.phase = shown_phase();
    step.attempt_begins = !has_open_calls();
    keep(out, std::move(step), std::move(then));
    go_on_if_done(out);
    return;
  }
  draft_.reset();
  bool goes_on = stop == proto::stop_reason::pause;
  if (goes_on && static_cast<int>(steps_) < facts_.steps_max) {
    step.attempt_begins = true;
    keep(out, std::move(step), {});
    start_step(out);
    return;
  }
  refuse_calls_beyond_steps(step);
  turn_ends how;
  how.last = std::move(step);
  how.finish_reason = is_last || goes_on ? "step_limit" : finish_word(stop);
  end(out, std::move(how));
}

void turn_machine::take_draft(turn_keeps& step) {
  pay_for_attempt(step);
  step.completes_call = true;
  step.called = model().id;
  proto::json::parser reading;
  for (auto& piece : draft_->take_parts()) {
    auto& input = piece.shown.input;
    auto index = static_cast<uint32_t>(parts_.size());
    bool is_call = piece.shown.type == proto::part_type::tool;
    bool is_whole = input.size() <= proto::limits::tool_input_bytes && reading.parse_object(input);
    if (is_call && !is_whole)
      half_inputs_[index] = std::exchange(input, "{}");
    parts_.push_back(std::move(piece));
    step.parts.push_back({index, parts_.back()});
  }
}

/// An answer of which there is nothing to show and nothing to do, and that is not to go on.
bool turn_machine::is_answer_empty() const {
  return *draft_->stop() != proto::stop_reason::pause && draft_->is_blank();
}

void turn_machine::keep(effects& out, turn_keeps what, effects then) {
  out.emplace_back(keep_step{++last_token_, std::move(what)});
  unkept_.emplace_back(last_token_, std::move(then));
}

effects turn_machine::on_kept(uint64_t token) {
  effects out;
  while (!unkept_.empty() && unkept_.front().first <= token) {
    auto then = std::move(unkept_.front().second);
    unkept_.erase(unkept_.begin());
    if (phase_ == phase::ended)
      continue;
    for (auto& next : then) {
      auto* tool = std::get_if<start_tool>(&next);
      // A cancel that came in between: the call never starts.
      if (tool && running_.contains(tool->call) && running_[tool->call].stop_asked) {
        tool_finished never{
            tool->call, "", proto::make_error(proto::ec::cancelled, "cancelled"), "", {}};
        auto more = on_tool_finished(never);
        out.insert(out.end(), more.begin(), more.end());
        continue;
      }
      out.push_back(std::move(next));
    }
  }
  return out;
}

void turn_machine::go_on_if_done(effects& out) {
  if (phase_ == phase::working && !has_open_calls() && questions_.empty())
    start_step(out);
  else if (phase_ == phase::cancelling && running_.empty())
    end_cancelled(out);
}

void turn_machine::end(effects& out, turn_ends how) {
  phase_ = phase::ended;
  how.last.turn = facts_.record.shown.number;
  withdraw_questions(how.last);
  out.emplace_back(end_turn{std::move(how)});
}

effects turn_machine::on_cancel() {
  effects out;
  if (phase_ == phase::ended || phase_ == phase::cancelling)
    return out;
  bool was_calling = phase_ == phase::calling;
  phase_ = phase::cancelling;
  if (was_calling) {
    out.emplace_back(stop_model{}); // The turn ends with the call.
    return out;
  }
  for (auto& [call, run] : running_) {
    run.stop_asked = true;
    out.emplace_back(stop_tool{call});
  }
  go_on_if_done(out);
  return out;
}

void turn_machine::end_cancelled(effects& out) {
  turn_ends how;
  how.last = new_step();
  how.phase = broken_ ? turn_phase::failed : turn_phase::cancelled;
  how.failure =
      broken_ ? *broken_ : proto::make_error(proto::ec::cancelled, "the turn was cancelled");
  if (draft_)
    take_draft(how.last);
  draft_.reset();
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    auto status = parts_[i].shown.status;
    if (status == tool_status::pending || status == tool_status::waiting)
      fail_call(i, how.last, proto::make_error(proto::ec::cancelled, "cancelled"));
  }
  end(out, std::move(how));
}

effects turn_machine::on_broken(const proto::error& why) {
  broken_ = why;
  return on_cancel();
}

turn_keeps turn_machine::new_step() const {
  turn_keeps step;
  step.turn = facts_.record.shown.number;
  step.phase = shown_phase();
  return step;
}

proto::turn_phase turn_machine::shown_phase() const {
  if (phase_ == phase::cancelling)
    return turn_phase::cancelling;
  return !questions_.empty() && running_.empty() ? turn_phase::waiting : turn_phase::running;
}

bool turn_machine::has_open_calls() const {
  return !running_.empty() || !questions_.empty();
}

std::set<std::string> turn_machine::used_calls() const {
  std::set<std::string> used;
  for (const auto& piece : parts_)
    if (piece.shown.call_id)
      used.insert(piece.shown.call_id->text);
  return used;
}

} // namespace kodad::actors
