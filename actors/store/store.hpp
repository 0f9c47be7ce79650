// The STORE actor. Interface: actors/interfaces.hpp. The only writer of the database, on a thread
// of its own because a commit waits for the disk. Group commit: whatever arrives during one commit
// goes into the next, so that a thousand sessions share an fsync. Between commits it forgets, a
// bounded step at a time, what was kept for a while only: answers to idempotent requests. When a
// write fails it looks every second whether there is room again, and tells what it finds.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/store/loss_log.hpp"
#include "storage/database.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace kodad::actors {

/// The wall clock, by which kept answers grow old.
using wall_clock = std::function<proto::timestamp()>;

/// Whom the store tells that the disk takes no writes.
struct store_reports {
  line_teller tell = [](const std::string&) {};
  /// Since when, in ms of the steady clock; 0 while it takes them. Never null.
  std::shared_ptr<std::atomic<int64_t>> refused_ms = std::make_shared<std::atomic<int64_t>>(0);
};

struct store_state {
  explicit store_state(store_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "store";

  void add(storage::write_batch writes, caf::typed_response_promise<acknowledged> promise);
  void commit();

  /// Notes that writes fail, or, once there is room again, that they do not.
  void note(const std::vector<proto::result<void>>& outcomes);
  void look_for_room();

  /// Takes one step of forgetting if it is time, and sees to the next.
  void forget_old();

  store_actor::pointer self;
  storage::database* database = nullptr;
  wall_clock now;
  store_reports reports;
  size_t wanted_bytes = 0; ///< The least that was refused.
  caf::actor_clock::time_point room_due;
  std::vector<storage::write_batch> batches;
  std::vector<caf::typed_response_promise<acknowledged>> promises;
  caf::actor_clock::time_point sweep_due; // At once when it starts.
};

/// @param database Outlives the actor.
store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self,
                                 storage::database* database, wall_clock now,
                                 store_reports reports);

} // namespace kodad::actors
