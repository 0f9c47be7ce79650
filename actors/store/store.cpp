#include "actors/store/store.hpp"

#include "actors/error.hpp"
#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"
#include "storage/reply_store.hpp"

#include <algorithm>
#include <chrono>

namespace kodad::actors {

namespace {

int64_t steady_ms() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

void store_state::add(storage::write_batch writes,
                      caf::typed_response_promise<acknowledged> promise) {
  batches.push_back(std::move(writes));
  promises.push_back(std::move(promise));
  // The tick stands behind all that is in the mailbox already: those writes share the commit.
  if (batches.size() == 1)
    self->send(self, caf::tick_atom_v);
  else if (batches.size() >= proto::limits::commit_writes_max)
    commit();
}

void store_state::commit() {
  if (batches.empty())
    return;
  auto outcomes = database->commit(batches);
  note(outcomes);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i])
      promises[i].deliver(acknowledged{});
    else
      promises[i].deliver(to_caf(outcomes[i].failure()));
  }
  batches.clear();
  promises.clear();
}

void store_state::note(const std::vector<proto::result<void>>& outcomes) {
  namespace limits = proto::limits;
  const proto::error* why = nullptr;
  size_t least = limits::refused_look_bytes_max;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i])
      continue;
    why = &outcomes[i].failure();
    least = std::min(least, batches[i].bytes());
  }
  bool is_known = *reports.refused_ms > 0;
  if (!why || is_known)
    return;
  // One write may fail for what stands in its way alone.
  wanted_bytes = std::max(least, limits::refused_look_bytes);
  if (database->check_room(wanted_bytes))
    return;
  *reports.refused_ms = steady_ms();
  room_due = self->clock().now() + limits::refused_look;
  self->delayed_send(self, limits::refused_look, caf::tick_atom_v);
  reports.tell("the storage refuses writes: " + std::string(to_word(why->code)) + ": " +
               why->context);
}

void store_state::look_for_room() {
  int64_t since = *reports.refused_ms;
  if (since == 0 || self->clock().now() < room_due)
    return;
  if (database->check_room(wanted_bytes)) {
    *reports.refused_ms = 0;
    reports.tell("the storage takes writes again, after " +
                 std::to_string((steady_ms() - since) / 1000) + " s");
    return;
  }
  room_due = self->clock().now() + proto::limits::refused_look;
  self->delayed_send(self, proto::limits::refused_look, caf::tick_atom_v);
}

void store_state::forget_old() {
  namespace limits = proto::limits;
  if (self->clock().now() < sweep_due)
    return;
  storage::write_batch batch;
  auto window = std::chrono::duration_cast<std::chrono::milliseconds>(limits::idempotency_window);
  auto looked_at = storage::reply_store::erase_older(
      batch, database->read(), {now().ms - window.count()}, limits::reply_sweep_rows);
  // A failure is met again at the next look; nobody waits for this one.
  bool is_kept = looked_at.ok() && (batch.empty() || database->commit({&batch, 1})[0].ok());
  if (is_kept && *looked_at >= limits::reply_sweep_rows) {
    self->send(self, caf::tick_atom_v); // Behind all that waits.
    return;
  }
  sweep_due = self->clock().now() + limits::reply_sweep;
  self->delayed_send(self, limits::reply_sweep, caf::tick_atom_v);
}

store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self,
                                 storage::database* database, wall_clock now,
                                 store_reports reports) {
  self->state.database = database;
  self->state.now = std::move(now);
  self->state.reports = std::move(reports);
  self->send(self, caf::tick_atom_v);
  return {
      [self](keep& what) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.add(std::move(what.writes), promise);
        return promise;
      },
      [self](caf::tick_atom) {
        self->state.commit();
        self->state.look_for_room();
        self->state.forget_old();
      },
  };
}

} // namespace kodad::actors
