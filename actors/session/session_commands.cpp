// The session's half that serves commands other than messages: answers, cancel, patch, delete.
#include "actors/error.hpp"
#include "actors/session/session.hpp"
#include "proto/broader_rule.hpp"
#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"
#include "proto/withdrawn.hpp"
#include "proto/words.hpp"
#include "storage/host/clock.hpp"
#include "storage/question_store.hpp"
#include "storage/session_store.hpp"
#include "storage/turn_store.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

void session_state::answer(const proto::answer_question& given, done_promise promise) {
  if (repeats.answers(world->database, record.shown.id.text, given.once, promise,
                      [this, given, promise] { answer(given, promise); }))
    return;
  if (auto problem = refuse(given)) {
    promise.deliver(to_caf(*problem));
    return repeats.finish(given.once);
  }
  if (answering.contains(given.question)) {
    promise.deliver(to_caf(proto::make_error(ec::already_answered, "another client answered")));
    return repeats.finish(given.once);
  }
  answering.emplace(given.question, pending_answer{promise, given.once});
  self->send(runner, give_answer{given.question, given.response});
}

namespace {

/// The answer to one question may be in the user's own words; who chooses several chooses from what
/// there is, each once.
std::optional<proto::error> refuse_choice(const proto::question& asked,
                                          const std::vector<std::string>& chosen) {
  if (chosen.empty() || (!asked.multiple && chosen.size() != 1))
    return proto::field_error(ec::invalid_value, "response",
                              asked.multiple ? "expected at least one answer"
                                             : "expected exactly one answer");
  bool is_permission = asked.purpose == proto::question_purpose::permission;
  if (!is_permission && (!asked.multiple || asked.options.empty()))
    return std::nullopt;
  std::vector<std::string_view> options(asked.options.begin(), asked.options.end());
  for (auto one = chosen.begin(); one != chosen.end(); ++one) {
    if (std::ranges::find(options, *one) == options.end())
      return proto::field_error(ec::invalid_value, "response", proto::expected_word(options, *one));
    if (std::find(chosen.begin(), one, *one) != one)
      return proto::field_error(ec::invalid_value, "response",
                                "an option is chosen twice: " + *one);
  }
  return std::nullopt;
}

} // namespace

std::optional<proto::error> session_state::refuse(const proto::answer_question& given) const {
  auto asked = waiting.find(given.question);
  if (asked == waiting.end() || !runner) {
    auto kept =
        storage::question_store::find(world->database.read(), record.shown.id, given.question);
    if (!kept)
      return kept.failure();
    if (!*kept || (*kept)->withdrawn)
      return proto::field_error(ec::question_not_found, "question_id",
                                "no such question is waiting");
    return proto::make_error(ec::already_answered, "the question was answered before");
  }
  const auto& shown = asked->second.shown;
  // With "always" comes the rule that is meant, where there are two.
  bool names_rule = shown.purpose == proto::question_purpose::permission &&
                    given.response.size() == 2 && given.response.front() == "always";
  if (names_rule && given.response.back() != shown.suggested_pattern &&
      given.response.back() != proto::broader_rule(shown))
    return proto::field_error(ec::invalid_value, "pattern",
                              "expected the question's suggested_pattern or broader_pattern");
  if (auto problem = names_rule ? std::nullopt : refuse_choice(shown, given.response))
    return problem;
  if (shown.purpose == proto::question_purpose::permission && given.response.front() == "always")
    return refuse_always(shown);
  return std::nullopt;
}

/// A session remembers so many rules and no more.
std::optional<proto::error> session_state::refuse_always(const proto::question& asked) const {
  namespace limits = proto::limits;
  size_t bytes = asked.tool.value_or("").size() + asked.suggested_pattern.value_or("").size();
  for (const auto& rule : record.granted)
    bytes += rule.tool.size() + rule.pattern.size();
  // Other answers may be on their way through the turn.
  bool is_full = record.granted.size() + answering.size() >= limits::granted_rules;
  if (!is_full && bytes <= limits::granted_bytes)
    return std::nullopt;
  auto why = proto::field_error(ec::invalid_value, "response",
                                "the session remembers no more rules; answer once or reject");
  why.limit = static_cast<int64_t>(is_full ? limits::granted_rules : limits::granted_bytes);
  return why;
}

void session_state::cancel(const proto::cancel_turn& which, turn_promise promise) {
  if (current && (!which.operation || *which.operation == current->shown.operation_id))
    return cancel_running(promise);
  auto queued = std::ranges::find_if(queue, [&which](const proto::turn_record& one) {
    return one.shown.operation_id == which.operation;
  });
  if (queued != queue.end())
    return withdraw(queued, promise);
  promise.deliver(to_caf(refuse(which)));
}

/// Why there is nothing to cancel.
proto::error session_state::refuse(const proto::cancel_turn& which) const {
  if (!which.operation)
    return proto::make_error(ec::no_active_turn, "no turn is running");
  auto known_one = storage::turn_store::find_operation(world->database.read(), record.shown.id,
                                                       *which.operation);
  if (!known_one)
    return known_one.failure();
  if (!*known_one)
    return proto::field_error(ec::turn_not_found, "operation_id", "there is no such turn");
  return proto::make_error(ec::no_active_turn, "the turn is over");
}

void session_state::cancel_running(turn_promise promise) {
  current->shown.cancel_requested = true;
  current->shown.state = proto::turn_phase::cancelling;
  if (runner)
    self->send(runner, proto::cancel_turn{record.shown.id});
  storage::write_batch batch;
  storage::turn_store::update(batch, *current);
  commit(std::move(batch), {},
         [promise, shown = current->shown](const std::optional<proto::error>& failure) mutable {
           if (failure)
             promise.deliver(to_caf(*failure));
           else
             promise.deliver(shown);
         });
}

void session_state::withdraw(std::vector<proto::turn_record>::iterator queued,
                             turn_promise promise) {
  auto ended = std::move(*queued);
  queue.erase(queued);
  ended.shown.cancel_requested = true;
  ended.shown.queue_position.reset();
  turn_ends how;
  how.phase = proto::turn_phase::cancelled;
  how.failure = proto::make_error(ec::cancelled, "the turn was cancelled before it began");
  storage::write_batch batch;
  close_books(ended, how, batch);
  renumber_queue(batch);
  auto ending = terminal_event(ended, how);
  if (current || !queue.empty())
    proto::mark_withdrawn(ending);
  commit(std::move(batch), {std::move(ending)},
         [promise, shown = ended.shown](const std::optional<proto::error>& failure) mutable {
           if (failure)
             promise.deliver(to_caf(*failure));
           else
             promise.deliver(shown);
         });
}

std::optional<proto::error> session_state::refuse(const proto::patch_session& change) const {
  if (removing)
    return proto::make_error(ec::session_not_found, "the session is being deleted");
  if (auto unknown = known.refuse(change.agent_id, change.model_id))
    return unknown;
  if (change.budget && *change.budget < 0)
    return proto::field_error(ec::invalid_value, "budget", "a budget is not negative");
  return std::nullopt;
}

void session_state::patch(const proto::patch_session& change, session_promise promise) {
  if (auto problem = refuse(change)) {
    promise.deliver(to_caf(*problem));
    return;
  }
  auto& shown = record.shown;
  std::vector<proto::event> events;
  shown.agent_id = change.agent_id.value_or(shown.agent_id);
  shown.model_id = change.model_id.value_or(shown.model_id);
  if (change.title && *change.title != shown.title) {
    shown.title = *change.title;
    events.push_back(proto::title_updated_event(shown.title));
  }
  record.titled_by_user = record.titled_by_user || change.title.has_value();
  if (!change.metadata.text.empty())
    shown.metadata = change.metadata;
  if (change.budget)
    shown.budget = change.budget;
  bool is_changed = change.agent_id || change.model_id || change.title || change.budget ||
                    !change.metadata.text.empty();
  if (is_changed)
    shown.updated_at = storage::host::now();
  auto told = shown;
  told.last_event_id = outbox.last_id() + events.size() + 1; // This event's own.
  if (is_changed)
    events.push_back(proto::session_updated_event(told));
  commit({}, std::move(events),
         [this, promise](const std::optional<proto::error>& failure) mutable {
           if (failure)
             promise.deliver(to_caf(*failure));
           else
             promise.deliver(record.shown);
         });
}

void session_state::remove(const proto::delete_session&, done_promise promise) {
  if (removing) {
    promise.deliver(to_caf(proto::make_error(ec::session_not_found, "the session is deleted")));
    return;
  }
  removing = promise;
  queue.clear();
  if (!current)
    return erase_all();
  // Its processes end first; `turn_is_over` goes on from there.
  if (runner)
    self->send(runner, proto::cancel_turn{record.shown.id});
}

void session_state::erase_all() {
  storage::write_batch batch;
  auto erased = storage::erase_session(batch, world->database.read(), record.shown.id);
  if (!erased)
    return break_down(erased.failure());
  self->request(world->store, proto::limits::ask, keep{std::move(batch)})
      .then(
          [this](acknowledged) {
            auto gone = std::make_shared<frame>(
                *encode_frame(outbox.last_id() + 1, proto::session_deleted_event(record.shown.id)));
            gone->ends_stream = true;
            self->send(audience, publish_frames{{gone}, gone->id});
            self->send(audience, proto::delete_session{record.shown.id});
            self->send(world->tools, drop_outputs{record.shown.id, UINT32_MAX});
            removing->deliver(acknowledged{});
            removing.reset();
            self->quit();
          },
          [this](const caf::error& failure) { break_down(from_caf(failure)); });
}

} // namespace kodad::actors
