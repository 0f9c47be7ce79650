// The STORE actor. Interface: actors/interfaces.hpp. The only writer of the database, on a thread
// of its own because a commit waits for the disk. Group commit: whatever arrives during one commit
// goes into the next, so that a thousand sessions share an fsync.
#pragma once

#include "actors/interfaces.hpp"
#include "storage/database.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <vector>

namespace kodad::actors {

struct store_state {
  explicit store_state(store_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "store";

  void add(storage::write_batch writes, caf::typed_response_promise<acknowledged> promise);
  void commit();

  store_actor::pointer self;
  storage::database* database = nullptr;
  std::vector<storage::write_batch> batches;
  std::vector<caf::typed_response_promise<acknowledged>> promises;
};

/// @param database Outlives the actor.
store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self,
                                 storage::database* database);

} // namespace kodad::actors
