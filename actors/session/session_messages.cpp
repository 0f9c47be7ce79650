// The session's half that takes messages in: checking, keeping, queueing and starting turns.
#include "actors/error.hpp"
#include "actors/session/session.hpp"
#include "actors/turn/reasoning.hpp"
#include "actors/turn/title.hpp"
#include "proto/limits.hpp"
#include "proto/words.hpp"
#include "storage/event_store.hpp"
#include "storage/host/clock.hpp"
#include "storage/message_store.hpp"
#include "storage/turn_store.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
using proto::turn_phase;

namespace {

proto::error with_retry(ec code, std::string context, int64_t seconds) {
  auto out = proto::make_error(code, std::move(context));
  out.retry_after_s = seconds;
  return out;
}

/// The model as listed, or what can be said of one that the catalog has not (yet) heard of.
proto::model find_model(const catalogs& known, const proto::model_id& id) {
  if (const auto* listed = known.find(id))
    return *listed;
  proto::model out;
  out.id = id;
  out.provider_id = provider_of(id);
  out.provider_name = out.provider_id;
  out.name = name_of(id);
  out.context_size = proto::limits::context_size_unknown;
  return out;
}

} // namespace

void session_state::accept(const proto::send_message& message, turn_promise promise) {
  if (repeats.answers(world->database, record.shown.id.text, message.once, promise,
                      [this, message, promise] { accept(message, promise); }))
    return;
  auto problem = refuse(message);
  if (!problem && !message.attachments.empty())
    return load(message, promise);
  admit(message, {}, std::move(problem), promise);
}

void session_state::load(const proto::send_message& message, turn_promise promise) {
  load_attachments wish{message.attachments, record.shown.workspace, world->options.workspace_roots,
                        model_of(message)};
  self->request(world->workspaces, proto::limits::ask, std::move(wish))
      .then(
          [this, message, promise](const loaded_attachments& loaded) {
            // Others may have come first meanwhile.
            admit(message, *loaded.files, refuse(message), promise);
          },
          [this, message, promise](const caf::error& failure) {
            admit(message, {}, from_caf(failure), promise);
          });
}

proto::model session_state::model_of(const proto::send_message& message) const {
  return find_model(known, message.model_id.value_or(record.shown.model_id));
}

void session_state::admit(const proto::send_message& message,
                          const std::vector<proto::part_record>& files,
                          std::optional<proto::error> problem, turn_promise promise) {
  if (problem || is_broken) {
    promise.deliver(to_caf(problem.value_or(
        proto::make_error(ec::storage_failed, "the session could not be written"))));
    return repeats.finish(message.once);
  }
  storage::write_batch batch;
  std::vector<proto::event> events;
  auto [added, said] = add_turn(message, files, batch);
  // There is nothing else for the first turn to read.
  shared_transcript history;
  if (said.head.sequence == 0)
    history = std::make_shared<const std::vector<proto::full_message>>(1, std::move(said));
  auto number = added.shown.number;
  if (current || !queue.empty()) {
    added.shown.queue_position = static_cast<uint32_t>(queue.size() + 1);
    added.shown.after_event_id = outbox.last_id();
    storage::turn_store::put(batch, added);
    queue.push_back(added);
  } else {
    begin_turn(std::move(added), batch, events);
  }
  auto shown = current && current->shown.number == number ? current->shown : queue.back().shown;
  bool wants_title = number == 1 && !world->options.utility_model.empty();
  auto title_from = wants_title ? message.content : std::string();
  repeats.begin(batch, record.shown.id.text, message.once, shown);
  commit(std::move(batch), std::move(events),
         [this, once = message.once, title_from, shown, history,
          promise](const std::optional<proto::error>& failure) mutable {
           if (failure) {
             promise.deliver(to_caf(*failure));
           } else {
             promise.deliver(shown);
             if (!title_from.empty())
               ask_for_title(title_from);
             if (current && current->shown.number == shown.number)
               spawn_turn(start_mode::fresh, history);
           }
           repeats.finish(once);
         });
}

std::optional<proto::error> session_state::refuse(const proto::send_message& message) const {
  if (removing)
    return proto::make_error(ec::session_not_found, "the session is being deleted");
  if (message.content.empty() && message.attachments.empty())
    return proto::field_error(ec::invalid_value, "content", "a message needs some content");
  if (message.attachments.size() > proto::limits::attachments) {
    auto many = proto::field_error(ec::invalid_value, "attachments", "too many attachments");
    many.limit = static_cast<int64_t>(proto::limits::attachments);
    return many;
  }
  if (!message.variant.empty() && !is_variant(message.variant))
    return proto::field_error(ec::invalid_value, "variant",
                              proto::expected_word(proto::reasoning_variants, message.variant));
  if (auto unknown = known.refuse(message.agent_id, message.model_id))
    return unknown;
  bool is_busy = current || !queue.empty();
  if (is_busy && message.when_busy == proto::busy_policy::reject)
    return with_retry(ec::session_busy, "a turn is running in this session", 1);
  if (is_busy && queue.size() >= world->options.queue_length) {
    auto full = with_retry(ec::queue_full, "the session's queue is full", 5);
    full.limit = static_cast<int64_t>(world->options.queue_length);
    return full;
  }
  return std::nullopt;
}

session_state::added_turn session_state::add_turn(const proto::send_message& message,
                                                  const std::vector<proto::part_record>& files,
                                                  storage::write_batch& batch) {
  namespace host = storage::host;
  auto now = host::now();
  record.shown.agent_id = message.agent_id.value_or(record.shown.agent_id);
  record.shown.model_id = message.model_id.value_or(record.shown.model_id);
  record.shown.updated_at = now;
  added_turn added;
  auto& out = added.turn;
  out.shown.session_id = record.shown.id;
  out.shown.operation_id = host::new_id<proto::operation_id>("turn");
  out.shown.number = ++record.shown.turn_count;
  // In the order of the transcript, which is what ids sort by.
  out.user_message = host::new_id<proto::message_id>("msg");
  out.shown.user_message_id = out.user_message;
  out.shown.message_id = host::new_id<proto::message_id>("msg");
  out.agent_id = record.shown.agent_id;
  out.model_id = record.shown.model_id;
  out.variant = message.variant;
  // The answer's place is taken now, so that it follows its question however long the queue is.
  auto& said = added.said.head;
  said = {out.user_message,
          record.message_count,
          out.shown.number,
          proto::message_role::user,
          now,
          {},
          {},
          {},
          {}};
  out.message_sequence = record.message_count + 1;
  record.message_count += 2;
  storage::message_store::put_head(batch, record.shown.id, said);
  auto& parts = added.said.parts;
  if (!message.content.empty())
    parts.emplace_back().shown.text = message.content;
  parts.insert(parts.end(), files.begin(), files.end());
  for (uint32_t i = 0; i < parts.size(); ++i)
    storage::message_store::put_part(batch, record.shown.id, said.sequence, i, parts[i]);
  if (record.shown.title.empty())
    record.shown.title = make_title(message.content);
  return added;
}

void session_state::begin_turn(proto::turn_record next, storage::write_batch& batch,
                               std::vector<proto::event>& events) {
  auto now = storage::host::now();
  next.shown.state = turn_phase::running;
  next.shown.queue_position.reset();
  next.shown.started_at = now;
  next.shown.after_event_id = outbox.last_id();
  next.first_event_id = outbox.last_id() + 1;
  attempt_base = next.first_event_id;
  proto::message_record answer{next.shown.message_id,
                               next.message_sequence,
                               next.shown.number,
                               proto::message_role::assistant,
                               now,
                               next.model_id,
                               {},
                               {},
                               {}};
  storage::message_store::put_head(batch, record.shown.id, answer);
  storage::turn_store::put(batch, next);
  forget_old_events(next.shown.number, batch);
  events.push_back(proto::turn_start_event({next.shown.number, next.shown.operation_id,
                                            next.shown.message_id, next.agent_id, next.model_id}));
  if (record.shown.title != written.shown.title)
    events.push_back(proto::title_updated_event(record.shown.title));
  record.shown.updated_at = now;
  current = std::move(next);
}

void session_state::forget_old_events(uint32_t number, storage::write_batch& batch) {
  auto kept = static_cast<uint32_t>(world->options.turns_kept);
  if (number <= kept)
    return;
  auto first =
      storage::turn_store::first_event_of(world->database.read(), record.shown.id, number - kept);
  if (first.ok() && *first > 0)
    storage::event_store::erase_below(batch, record.shown.id, *first);
  self->send(world->tools, drop_outputs{record.shown.id, number - kept});
}

void session_state::start_next() {
  if (current || queue.empty() || is_broken || removing)
    return;
  storage::write_batch batch;
  std::vector<proto::event> events;
  auto next = std::move(queue.front());
  queue.erase(queue.begin());
  renumber_queue(batch);
  begin_turn(std::move(next), batch, events);
  commit(std::move(batch), std::move(events), [this](const std::optional<proto::error>& failure) {
    if (!failure)
      spawn_turn(start_mode::fresh);
  });
}

void session_state::renumber_queue(storage::write_batch& batch) {
  for (size_t i = 0; i < queue.size(); ++i) {
    queue[i].shown.queue_position = static_cast<uint32_t>(i + 1);
    storage::turn_store::update(batch, queue[i]);
  }
}

/// The model and those to fall back to, as far as their providers are configured. Empty when the
/// model's own is not.
std::vector<proto::model> session_state::models_for(const proto::model_id& own) const {
  std::vector<proto::model> out;
  auto add = [this, &out](const proto::model_id& id) {
    bool is_served = world->providers.contains(std::string(provider_of(id)));
    if (!is_served || std::ranges::find(out, id, &proto::model::id) != out.end())
      return;
    out.push_back(find_model(known, id));
  };
  add(own);
  if (!out.empty())
    for (const auto& id : world->options.fallback_models)
      add(id);
  return out;
}

double session_state::budget_usd() const {
  return record.shown.budget.value_or(world->options.budget_usd);
}

void session_state::spawn_turn(start_mode mode, shared_transcript history) {
  const auto* who = known.find(current->agent_id);
  auto models = models_for(current->model_id);
  if (!who)
    return fail_turn(proto::make_error(ec::unknown_agent, "the turn's agent is gone"));
  if (models.empty())
    return fail_turn(proto::make_error(ec::unknown_model, "the turn's provider is gone"));
  turn_setup setup{*current,
                   {known.agents, who},
                   std::move(models),
                   record.shown.id,
                   record.shown.workspace,
                   record.granted,
                   {},
                   {budget_usd(), record.shown.cost},
                   record.shown.context_used,
                   mode,
                   std::move(history)};
  for (const auto& [id, asked] : waiting)
    setup.waiting.push_back(asked);
  runner = self->spawn<caf::monitored>(turn, caf::actor_cast<session_actor>(self), world,
                                       std::move(setup));
  if (current->shown.cancel_requested)
    self->send(runner, proto::cancel_turn{record.shown.id});
}

} // namespace kodad::actors
