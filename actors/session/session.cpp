#include "actors/session/session.hpp"

#include "actors/error.hpp"
#include "proto/limits.hpp"
#include "storage/event_store.hpp"
#include "storage/host/clock.hpp"
#include "storage/session_store.hpp"

namespace kodad::actors {

namespace {

/// Calls a state method with a fresh promise, which it delivers sooner or later.
template <class T, class Message>
caf::result<T> promised(session_actor::stateful_pointer<session_state> self,
                        void (session_state::*method)(const Message&,
                                                      caf::typed_response_promise<T>),
                        const Message& message) {
  auto promise = self->make_response_promise<T>();
  (self->state.*method)(message, promise);
  return promise;
}

} // namespace

session_state::session_state(session_actor::pointer self_ptr) : self(self_ptr) {}

void session_state::load(session_start start) {
  record = std::move(start.record);
  written = record;
  // A crash may have shown more events than it kept; none of their numbers comes again.
  auto last = std::max(record.shown.last_event_id, record.event_ids_reserved);
  outbox = event_outbox(last);
  record.shown.last_event_id = last;
  for (auto& asked : start.waiting)
    waiting.emplace(asked.shown.question_id, std::move(asked));
  for (auto& active : start.active) {
    if (active.shown.state == proto::turn_phase::queued)
      queue.push_back(std::move(active));
    else
      current = std::move(active);
  }
  if (record.shown.turn_count > 0)
    publish_waiting();
  if (current) {
    auto base = storage::event_store::last_durable_id(world->database.read(), record.shown.id);
    attempt_base = base.ok() ? base->value_or(0) : 0;
    spawn_turn(world->options.resume_turns ? start_mode::resumed : start_mode::abandoned);
  } else if (!queue.empty()) {
    start_next();
  }
}

void session_state::number(proto::event& what) {
  if (what.voids_attempt)
    proto::set_void_after(what, attempt_base);
  if (is_transient(what.type))
    outbox.add_transient(std::move(what));
  else
    outbox.add_durable(std::move(what));
}

void session_state::commit(storage::write_batch batch, std::vector<proto::event> events,
                           on_commit then) {
  for (auto& what : events)
    number(what);
  auto cargo = outbox.take();
  for (const auto& [id, what] : cargo.events)
    storage::event_store::append(batch, record.shown.id, id, what);
  record.shown.last_event_id = outbox.last_id();
  record.event_ids_reserved = is_settling ? outbox.last_id() : cargo.reserved;
  record.shown.status = status();
  record.shown.pending_questions = static_cast<uint32_t>(waiting.size());
  storage::session_store::put(batch, record, &written);
  written = record;
  ++commits_under_way;
  self->request(world->store, proto::limits::ask, keep{std::move(batch)})
      .then(
          [this, ticket = cargo.ticket, then](acknowledged) {
            --commits_under_way;
            outbox.committed(ticket);
            if (then)
              then(std::nullopt);
            publish();
          },
          [this, then](const caf::error& failure) {
            --commits_under_way;
            auto why = from_caf(failure);
            if (then)
              then(why);
            break_down(why);
          });
}

void session_state::publish() {
  auto frames = outbox.release();
  if (!frames.empty())
    self->send(audience, publish_frames{std::move(frames), outbox.kept_to()});
}

void session_state::publish_waiting() {
  waiting_questions all;
  for (const auto& [id, asked] : waiting) {
    auto what = proto::user_question_event(asked.turn, asked.shown);
    auto bare = std::make_shared<frame>(*encode_frame(0, what));
    bare->id = asked.event_id;
    all.frames.push_back(std::move(bare));
  }
  self->send(audience, std::move(all));
}

void session_state::break_down(const proto::error& why) {
  if (is_broken)
    return;
  is_broken = true;
  world->tell_operator("session " + record.shown.id.text + " could not be written, and is loaded " +
                       "again: " + std::string(to_word(why.code)) + ": " + why.context);
  for (auto& [id, answer] : answering)
    answer.promise.deliver(to_caf(why));
  if (removing)
    removing->deliver(to_caf(why));
  if (runner)
    self->send_exit(runner, caf::exit_reason::kill);
  self->quit(to_caf(why));
}

bool session_state::is_idle() const {
  return !current && queue.empty() && commits_under_way == 0 && !removing;
}

proto::session_status session_state::status() const {
  if (!current)
    return queue.empty() ? proto::session_status::idle : proto::session_status::queued;
  return current->shown.state == proto::turn_phase::waiting ? proto::session_status::waiting
                                                            : proto::session_status::running;
}

void session_state::flush(const caf::flush_atom&, done_promise promise) {
  if (runner) {
    self->demonitor(runner.address());
    self->send_exit(runner, caf::exit_reason::user_shutdown);
    runner = nullptr;
  }
  settle([this, promise](const std::optional<proto::error>& failure) mutable {
    if (failure)
      promise.deliver(to_caf(*failure));
    else
      promise.deliver(acknowledged{});
    self->quit();
  });
}

void session_state::retire(const caf::close_atom&, retire_promise promise) {
  if (!is_idle()) {
    promise.deliver(false);
    return;
  }
  settle([this, promise](const std::optional<proto::error>&) mutable {
    // Whatever came in meanwhile keeps the session.
    bool leaves = is_idle();
    promise.deliver(leaves);
    if (leaves)
      self->quit();
  });
}

void session_state::settle(on_commit then) {
  if (outbox.last_id() == written.event_ids_reserved &&
      record.carried_turn == written.carried_turn) {
    then(std::nullopt);
    return;
  }
  // The exact last id takes the place of the reservation: an orderly end skips no number.
  is_settling = true;
  commit({}, {}, std::move(then));
  is_settling = false;
}

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     shared_world world, fan_out_actor audience, catalogs known,
                                     session_start start) {
  auto& state = self->state;
  state.world = std::move(world);
  state.audience = std::move(audience);
  state.known = std::move(known);
  self->set_down_handler([self](const caf::down_msg& down) {
    // The only actor watched is the turn; an orderly end clears `runner` first.
    if (self->state.runner && down.source == self->state.runner.address())
      self->state.fail_turn(from_caf(down.reason));
  });
  state.load(std::move(start));
  using state_type = session_state;
  return {
      [self](const proto::send_message& x) { return promised(self, &state_type::accept, x); },
      [self](turn_shows& shown) { self->state.show(std::move(shown)); },
      [self](const turn_keeps& x) { return promised(self, &state_type::keep_step, x); },
      [self](const turn_ends& x) { return promised(self, &state_type::end, x); },
      [self](const title_made& made) { self->state.take_title(made); },
      [self](const proto::answer_question& x) { return promised(self, &state_type::answer, x); },
      [self](const proto::cancel_turn& x) { return promised(self, &state_type::cancel, x); },
      [self](const proto::patch_session& x) { return promised(self, &state_type::patch, x); },
      [self](const proto::delete_session& x) { return promised(self, &state_type::remove, x); },
      [self](const end_carried& end) {
        auto& carried = self->state.record.carried_turn;
        carried = std::max(carried, end.turn);
      },
      [self](const agents_changed& news) { self->state.known.agents = news.agents; },
      [self](const models_changed& news) { self->state.known.models = news.models; },
      [self](caf::close_atom x) { return promised(self, &state_type::retire, x); },
      [self](caf::flush_atom x) { return promised(self, &state_type::flush, x); },
      [self](caf::tick_atom) { self->state.keep_shown(); },
  };
}

} // namespace kodad::actors
