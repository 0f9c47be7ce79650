// The session's half that serves its running turn: showing, keeping and ending it.
#include "actors/error.hpp"
#include "actors/session/session.hpp"
#include "proto/limits.hpp"
#include "proto/public_text.hpp"
#include "storage/host/clock.hpp"
#include "storage/message_store.hpp"
#include "storage/question_store.hpp"
#include "storage/turn_store.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::turn_phase;

namespace {

std::string sentence_of(const proto::error& failure) {
  if (failure.code == proto::ec::internal)
    return "the turn failed inside the host; its log says why";
  return std::string(proto::sentence_for_client(failure));
}

} // namespace

void session_state::show(turn_shows shown) {
  // At a stop the turn is cut off first, and the last number is settled: what it said meanwhile
  // would take numbers that come again.
  if (!runner || !current || current->shown.number != shown.turn)
    return;
  for (auto& what : shown.events)
    number(what);
  publish();
  if (outbox.unkept_bytes() >= proto::limits::delta_flush_bytes) {
    commit({}, {}, {});
  } else if (!flush_is_due) {
    flush_is_due = true;
    self->delayed_send(self, proto::limits::delta_flush, caf::tick_atom_v);
  }
}

void session_state::keep_shown() {
  flush_is_due = false;
  if (outbox.unkept_bytes() > 0 && !is_broken)
    commit({}, {}, {});
}

void session_state::apply(const turn_keeps& step, storage::write_batch& batch) {
  const auto& id = record.shown.id;
  for (const auto& change : step.parts)
    storage::message_store::put_part(batch, id, current->message_sequence, change.index,
                                     change.part);
  for (auto asked : step.questions) {
    auto known_one = waiting.find(asked.shown.question_id);
    if (known_one != waiting.end())
      asked.event_id = known_one->second.event_id;
    if (asked.is_waiting())
      waiting[asked.shown.question_id] = asked;
    else
      waiting.erase(asked.shown.question_id);
    storage::question_store::put(batch, id, asked);
  }
  for (const auto& rule : step.granted)
    if (std::ranges::find(record.granted, rule) == record.granted.end())
      record.granted.push_back(rule);
  // A step counts whether or not its provider tells what it used: parts are laid out by it.
  if (step.completes_call)
    ++current->steps;
  if (step.completes_call || step.call_usage)
    current->answered_by = step.called;
  if (step.call_usage) {
    current->usage += *step.call_usage;
    current->cost += step.call_cost;
    record.shown.usage += *step.call_usage;
    record.shown.cost += step.call_cost;
    record.shown.context_used = step.call_usage->prompt_tokens();
    record.shown.context_size = step.context_size;
  }
  if (current->shown.state != turn_phase::cancelling)
    current->shown.state = step.phase;
}

/// The step with each new question knowing the number that its event is about to get.
turn_keeps session_state::with_event_ids(turn_keeps step) const {
  auto id = outbox.last_id();
  auto asked = step.questions.begin();
  for (const auto& what : step.events) {
    ++id;
    if (what.type != proto::event_type::user_question)
      continue;
    // New questions stand in the order of their events.
    asked = std::find_if(asked, step.questions.end(),
                         [](const auto& q) { return q.is_waiting() && q.event_id == 0; });
    if (asked != step.questions.end())
      asked->event_id = id;
  }
  return step;
}

void session_state::keep_step(const turn_keeps& step, done_promise promise) {
  if (!current || current->shown.number != step.turn || is_broken) {
    promise.deliver(to_caf(proto::make_error(proto::ec::no_active_turn, "the turn is over")));
    return;
  }
  storage::write_batch batch;
  apply(with_event_ids(step), batch);
  auto events = step.events;
  if (step.call_usage)
    events.push_back(proto::usage_event(
        step.turn, {*step.call_usage, step.context_size, record.shown.cost, current->cost}));
  storage::turn_store::update(batch, *current);
  std::vector<pending_answer> told{{promise, {}}};
  for (const auto& asked : step.questions)
    if (auto waits = answering.extract(asked.shown.question_id); !waits.empty()) {
      repeats.begin(batch, record.shown.id.text, waits.mapped().once, acknowledged{});
      told.push_back(std::move(waits.mapped()));
    }
  commit(std::move(batch), std::move(events),
         [this, told](const std::optional<proto::error>& failure) mutable {
           for (auto& [promised, once] : told) {
             if (failure)
               promised.deliver(to_caf(*failure));
             else
               promised.deliver(acknowledged{});
             repeats.finish(once);
           }
         });
  if (step.attempt_begins)
    attempt_base = outbox.last_id();
  if (!step.questions.empty())
    publish_waiting();
}

/// What is told of a turn that failed inside the host is a fixed sentence; the operator gets why.
void session_state::tell_failure(const proto::error& why) const {
  if (!proto::public_text(why.code))
    return;
  world->tell_operator("session " + record.shown.id.text + ", turn " +
                       std::to_string(current->shown.number) +
                       " failed: " + std::string(to_word(why.code)) + ": " + why.context);
}

void session_state::close_books(proto::turn_record& ended, const turn_ends& how,
                                storage::write_batch& batch) {
  auto now = storage::host::now();
  auto& shown = ended.shown;
  shown.state = how.phase;
  shown.active = false;
  shown.finished_at = now;
  if (how.failure) {
    shown.error = sentence_of(*how.failure);
    shown.code = to_word(how.failure->code);
  }
  proto::message_record answer{shown.message_id,
                               ended.message_sequence,
                               shown.number,
                               proto::message_role::assistant,
                               shown.started_at.value_or(now),
                               ended.answered_by.value_or(ended.model_id),
                               ended.usage,
                               ended.cost,
                               how.failure ? *shown.code : how.finish_reason};
  // The answer's place is kept from the turn's beginning on.
  if (shown.started_at)
    storage::message_store::update_head(batch, record.shown.id, answer);
  else
    storage::message_store::put_head(batch, record.shown.id, answer);
  storage::turn_store::update(batch, ended);
  record.shown.updated_at = now;
}

proto::event session_state::terminal_event(const proto::turn_record& ended,
                                           const turn_ends& how) const {
  const auto& shown = ended.shown;
  if (how.failure)
    return proto::error_event({sentence_of(*how.failure), *shown.code, shown.number,
                               shown.operation_id, how.retryable, record.shown.cost});
  proto::done_notice notice;
  notice.turn = shown.number;
  notice.operation_id = shown.operation_id;
  notice.message_id = shown.message_id;
  notice.finish_reason = how.finish_reason;
  notice.usage = current->usage;
  notice.context_size = record.shown.context_size;
  if (const auto* model = known.find(ended.model_id)) {
    notice.max_input_tokens = model->max_input_tokens;
    notice.max_output_tokens = model->max_output_tokens;
  }
  notice.session_cost = record.shown.cost;
  notice.turn_cost = ended.cost;
  if (auto budget = budget_usd(); budget > 0)
    notice.budget_warn = record.shown.cost >= budget * world->options.budget_warn;
  notice.duration_ms = shown.finished_at->ms - shown.started_at.value_or(*shown.finished_at).ms;
  return proto::done_event(notice);
}

void session_state::end(const turn_ends& how, done_promise promise) {
  if (!current || current->shown.number != how.last.turn || is_broken) {
    promise.deliver(to_caf(proto::make_error(proto::ec::no_active_turn, "the turn is over")));
    return;
  }
  if (how.failure)
    tell_failure(*how.failure);
  storage::write_batch batch;
  apply(how.last, batch);
  close_books(*current, how, batch);
  auto events = how.last.events;
  events.push_back(terminal_event(*current, how));
  auto unanswered = std::move(answering);
  answering.clear();
  for (auto& [id, pending] : unanswered) {
    pending.promise.deliver(to_caf(
        proto::make_error(proto::ec::question_not_found, "the turn ended before the answer")));
    repeats.finish(pending.once);
  }
  // Idle on disk together with the end: whoever sees the one sees the other.
  current.reset();
  commit(std::move(batch), std::move(events),
         [this, promise](const std::optional<proto::error>& failure) mutable {
           if (failure)
             promise.deliver(to_caf(*failure));
           else
             promise.deliver(acknowledged{});
           turn_is_over();
         });
  if (!how.last.questions.empty())
    publish_waiting();
}

void session_state::turn_is_over() {
  if (runner)
    self->demonitor(runner.address());
  runner = nullptr;
  if (is_broken)
    return;
  publish();
  if (removing)
    erase_all();
  else
    start_next();
}

void session_state::fail_turn(const proto::error& why) {
  if (!current || is_broken)
    return;
  turn_ends how;
  how.last.turn = current->shown.number;
  how.phase = turn_phase::failed;
  how.failure = why;
  for (auto [id, asked] : waiting) {
    asked.withdrawn = true;
    how.last.questions.push_back(asked);
  }
  end(how, done_promise{});
}

} // namespace kodad::actors
