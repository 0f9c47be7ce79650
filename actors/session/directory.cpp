#include "actors/session/directory.hpp"

#include "actors/session/event_outbox.hpp"
#include "actors/session/session.hpp"
#include "actors/stream/fan_out.hpp"
#include "proto/limits.hpp"
#include "proto/limits/memory.hpp"
#include "storage/question_store.hpp"
#include "storage/session_store.hpp"
#include "storage/turn_store.hpp"

#include <set>

namespace kodad::actors {

using proto::ec;

namespace {

/// How often idle sessions are looked for, and how soon a broken one is loaded again.
constexpr auto idle_check = std::chrono::seconds(10);
constexpr auto reload_delay = std::chrono::seconds(2);

} // namespace

proto::result<proto::session_record> directory_state::find(const proto::session_id& id) const {
  auto found = storage::session_store::find(world->database.read(), id);
  if (!found)
    return found.failure();
  if (!*found)
    return proto::make_error(ec::session_not_found, "there is no such session");
  return std::move(**found);
}

proto::result<session_start> directory_state::read_start(const proto::session_id& id) const {
  auto record = find(id);
  if (!record)
    return record.failure();
  session_start out;
  out.record = std::move(*record);
  if (out.record.shown.turn_count == 0)
    return out; // Nothing can run or wait.
  auto snapshot = world->database.read();
  auto active = storage::turn_store::active_of(snapshot, id);
  if (!active)
    return active.failure();
  out.active = std::move(*active);
  auto waiting = storage::question_store::waiting(snapshot, id);
  if (!waiting)
    return waiting.failure();
  out.waiting = std::move(*waiting);
  return out;
}

proto::result<stream_outlook>
directory_state::read_outlook(const proto::session_record& record) const {
  stream_outlook out;
  out.last_event_id = std::max(record.shown.last_event_id, record.event_ids_reserved);
  if (record.shown.turn_count == 0)
    return out;
  auto last = storage::turn_store::last(world->database.read(), record.shown.id);
  if (!last)
    return last.failure();
  if (*last) {
    out.last_turn = (*last)->shown.number;
    out.last_turn_first_event = (*last)->first_event_id;
    out.turn_runs = is_active((*last)->shown.state);
    out.last_turn_carried = !out.turn_runs && record.carried_turn >= out.last_turn;
  }
  return out;
}

proto::result<directory_state::entry*>
directory_state::with_audience(const proto::session_id& id, const proto::session_record* record) {
  if (auto known_one = entries.find(id); known_one != entries.end() && known_one->second.audience) {
    known_one->second.last_used = clock::now();
    return &known_one->second;
  }
  auto found = record ? proto::result<proto::session_record>(*record) : find(id);
  auto outlook = found ? read_outlook(*found) : found.failure();
  if (!outlook)
    return outlook.failure();
  auto& place = entries[id];
  place.last_used = clock::now();
  place.audience = self->spawn(fan_out, id, hub, world->archive, directory_actor(self), *outlook);
  return &place;
}

proto::result<directory_state::entry*> directory_state::loaded(const proto::session_id& id) {
  if (is_flushing)
    return proto::make_error(ec::draining, "the host is shutting down");
  if (auto known_one = entries.find(id); known_one != entries.end() && known_one->second.session) {
    known_one->second.last_used = clock::now();
    return &known_one->second;
  }
  auto start = read_start(id);
  if (!start)
    return start.failure();
  auto place = with_audience(id, &start->record);
  if (!place)
    return place.failure();
  (*place)->session =
      self->spawn<caf::monitored>(session, world, (*place)->audience, known, std::move(*start));
  session_of[(*place)->session.id()] = id;
  return place;
}

bool directory_state::park(const proto::session_id& id, std::function<void()> again) {
  auto place = entries.find(id);
  if (place == entries.end() || !place->second.is_retiring)
    return false;
  place->second.parked.push_back(std::move(again));
  return true;
}

template <class T, class Command>
void directory_state::forward(const Command& command, caf::typed_response_promise<T> promise) {
  if (park(command.session, [this, command, promise] { forward<T>(command, promise); }))
    return;
  auto place = loaded(command.session);
  if (place)
    promise.delegate((*place)->session, command);
  else
    promise.deliver(to_caf(place.failure()));
}

void directory_state::remove(const proto::delete_session& which,
                             caf::typed_response_promise<acknowledged> promise) {
  if (park(which.session, [this, which, promise] { remove(which, promise); }))
    return;
  auto place = loaded(which.session);
  if (!place) {
    promise.deliver(to_caf(place.failure()));
    return;
  }
  // Others wait until it is gone, and then find nobody.
  (*place)->is_retiring = true;
  self->request((*place)->session, proto::limits::ask, which)
      .then(
          [this, id = which.session, promise](acknowledged) mutable {
            promise.deliver(acknowledged{});
            forget(id);
          },
          [this, id = which.session, promise](const caf::error& failure) mutable {
            promise.deliver(failure);
            forget(id);
          });
}

void directory_state::forget(const proto::session_id& id) {
  auto gone = entries.extract(id);
  if (gone.empty())
    return;
  if (gone.mapped().session)
    session_of.erase(gone.mapped().session.id());
  for (auto& again : gone.mapped().parked)
    again();
}

void directory_state::open(const open_stream& what,
                           caf::typed_response_promise<acknowledged> promise) {
  if (park(what.session, [this, what, promise] { open(what, promise); }))
    return;
  auto place = with_audience(what.session);
  if (place)
    promise.delegate((*place)->audience, what);
  else
    promise.deliver(to_caf(place.failure()));
}

void directory_state::note_carried(const end_carried& end) {
  auto place = entries.find(end.session);
  if (place != entries.end() && place->second.session)
    self->send(place->second.session, end);
}

void directory_state::resume_cut_off() {
  auto active = storage::turn_store::active(world->database.read());
  if (is_flushing)
    return;
  if (!active)
    return world->tell_operator("turns that were cut off cannot go on: " +
                                active.failure().context);
  std::set<proto::session_id> cut_off;
  for (const auto& [id, number] : *active)
    cut_off.insert(id);
  for (const auto& id : cut_off)
    if (!park(id, [this, id] { go_on(id); }))
      go_on(id);
}

void directory_state::go_on(const proto::session_id& id) {
  if (auto place = loaded(id); !place && !is_flushing)
    world->tell_operator("session " + id.text + " cannot be loaded, so that its turn does not go " +
                         "on: " + place.failure().context);
}

void directory_state::look_for_idle() {
  idle.clear();
  auto limit = clock::now() - proto::limits::session_idle;
  for (const auto& [id, place] : entries)
    if (place.last_used < limit && !place.is_retiring)
      idle.push_back(id);
  retire_some();
  self->delayed_send(self, idle_check, caf::tick_atom_v);
}

void directory_state::retire_some() {
  auto limit = clock::now() - proto::limits::session_idle;
  while (!idle.empty() && retiring < proto::limits::sessions_retiring) {
    auto id = std::move(idle.back());
    idle.pop_back();
    // It may have been used, or have gone, since it was found idle.
    auto place = entries.find(id);
    if (place != entries.end() && place->second.last_used < limit && !place->second.is_retiring)
      retire(id);
  }
  if (retiring > 0 || left == 0)
    return;
  std::vector<proto::session_id>().swap(idle);
  entries.rehash(0);
  session_of.rehash(0);
  if (heap)
    self->send(heap, caf::leave_atom_v, left);
  left = 0;
}

/// Asks an actor to quit if it is idle, and goes on with whether it did.
template <class Handle, class Then>
void directory_state::ask_to_leave(const Handle& whom, Then then) {
  auto asked = self->request(whom, proto::limits::ask, caf::close_atom_v);
  // CAF 0.17 keeps the time-out of an answered request until its time: 130 bytes of each session
  // that leaves, scattered among what is free otherwise.
  auto answered = [this, ticket = asked.id(), then](bool has_left) {
    self->clock().cancel_request_timeout(self, ticket);
    then(has_left);
  };
  asked.then(answered, [answered](const caf::error&) { answered(false); });
}

void directory_state::retire(const proto::session_id& id) {
  auto& place = entries[id];
  if (!place.session && !place.audience)
    return drop_if_empty(id);
  place.is_retiring = true;
  ++retiring;
  if (!place.session)
    return retired(id, true);
  ask_to_leave(place.session, [this, id](bool has_left) { retired(id, has_left); });
}

void directory_state::retired(const proto::session_id& id, bool has_left) {
  auto place = entries.find(id);
  if (has_left && place != entries.end() && place->second.session) {
    place->second.session = nullptr;
    ++left;
  }
  if (!has_left || place == entries.end() || !place->second.audience)
    return audience_closed(id, false);
  ask_to_leave(place->second.audience, [this, id](bool closed) { audience_closed(id, closed); });
}

void directory_state::audience_closed(const proto::session_id& id, bool has_left) {
  --retiring;
  auto place = entries.find(id);
  if (place != entries.end()) {
    place->second.is_retiring = false;
    place->second.last_used = clock::now();
    if (has_left)
      place->second.audience = nullptr;
    auto parked = std::move(place->second.parked);
    drop_if_empty(id);
    for (auto& again : parked)
      again();
  }
  retire_some();
}

void directory_state::drop_if_empty(const proto::session_id& id) {
  auto place = entries.find(id);
  if (place != entries.end() && !place->second.session && !place->second.audience &&
      place->second.parked.empty() && !place->second.is_retiring)
    entries.erase(place);
}

void directory_state::session_down(const caf::down_msg& gone) {
  auto owner = session_of.extract(gone.source.id());
  if (owner.empty() || is_flushing)
    return;
  const auto& id = owner.mapped();
  auto place = entries.find(id);
  if (place == entries.end() || place->second.is_retiring)
    return;
  place->second.session = nullptr;
  // Broken: what is kept of it is whole. A turn that it ran goes on after a pause.
  if (gone.reason && gone.reason != caf::exit_reason::normal)
    self->delayed_send(self, reload_delay, caf::ok_atom_v);
  else if (!find(id))
    place->second.audience = nullptr; // Deleted: the fan-out ends by itself.
  drop_if_empty(id);
}

void directory_state::flush(caf::typed_response_promise<acknowledged> promise) {
  is_flushing = true;
  flushing = promise;
  flushes_open = 1;
  for (auto& [id, place] : entries) {
    if (!place.session)
      continue;
    ++flushes_open;
    self->request(place.session, proto::limits::ask, caf::flush_atom_v)
        .then([this](acknowledged) { flushed_one(); },
              [this](const caf::error&) { flushed_one(); });
  }
  flushed_one();
}

void directory_state::flushed_one() {
  if (--flushes_open == 0)
    flushing.deliver(acknowledged{});
}

/// Changed agents or models.
template <class News>
void directory_state::take(const News& news) {
  if constexpr (std::is_same_v<News, agents_changed>)
    known.agents = news.agents;
  else
    known.models = news.models;
  for (auto& [id, place] : entries)
    if (place.session)
      self->send(place.session, news);
}

/// Hears of sessions that end, and looks for idle ones from time to time.
void directory_state::watch() {
  self->set_down_handler([this](const caf::down_msg& gone) { session_down(gone); });
  self->delayed_send(self, idle_check, caf::tick_atom_v);
}

directory_actor::behavior_type directory(directory_actor::stateful_pointer<directory_state> self,
                                         shared_world world, std::shared_ptr<stream_hub> hub,
                                         heap_keeper_actor heap, catalogs known) {
  auto& state = self->state;
  state.world = std::move(world);
  state.hub = std::move(hub);
  state.heap = std::move(heap);
  state.known = std::move(known);
  state.watch();
  auto forwarded = [self]<class T, class Command>(const Command& command, T*) -> caf::result<T> {
    auto promise = self->make_response_promise<T>();
    self->state.template forward<T>(command, promise);
    return promise;
  };
  constexpr proto::turn* a_turn = nullptr;
  constexpr proto::session* a_session = nullptr;
  return {
      [self](const proto::create_session& wish) -> caf::result<proto::session> {
        auto promise = self->make_response_promise<proto::session>();
        self->state.create(wish, promise);
        return promise;
      },
      [forwarded](const proto::send_message& x) { return forwarded(x, a_turn); },
      [forwarded](const proto::answer_question& x) {
        return forwarded(x, static_cast<acknowledged*>(nullptr));
      },
      [forwarded](const proto::cancel_turn& x) { return forwarded(x, a_turn); },
      [forwarded](const proto::patch_session& x) { return forwarded(x, a_session); },
      [self](const proto::branch_session& wish) -> caf::result<proto::session> {
        auto promise = self->make_response_promise<proto::session>();
        self->state.branch(wish, promise);
        return promise;
      },
      [self](const proto::delete_session& which) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.remove(which, promise);
        return promise;
      },
      [self](const open_stream& what) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.open(what, promise);
        return promise;
      },
      [&state](const end_carried& end) { state.note_carried(end); },
      [&state](const agents_changed& news) { state.take(news); },
      [&state](const models_changed& news) { state.take(news); },
      [self](caf::ok_atom) { self->state.resume_cut_off(); },
      [](caf::get_atom) { return acknowledged{}; },
      [self](caf::flush_atom) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.flush(promise);
        return promise;
      },
      [self](caf::tick_atom) { self->state.look_for_idle(); },
  };
}

} // namespace kodad::actors
