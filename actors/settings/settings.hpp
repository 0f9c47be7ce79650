// The SETTINGS actor. Interface: actors/interfaces.hpp. The only one that changes the settings, so
// that two changes of one key have an order, and that there are not more than there may be; readers
// look into the database themselves.
#pragma once

#include "actors/interfaces.hpp"
#include "storage/database.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>
#include <set>
#include <string>

namespace kodad::actors {

struct settings_state {
  explicit settings_state(settings_actor::pointer) {}

  static inline const char* name = "settings";

  /// Is there room for one more, if it is one?
  std::optional<proto::error> refuse(const proto::setting& wish);

  const storage::database* database = nullptr;
  std::set<std::string> on_their_way; ///< Keys that are perhaps not kept yet.
};

/// @param database Outlives the actor.
settings_actor::behavior_type settings(settings_actor::stateful_pointer<settings_state> self,
                                       store_actor store, const storage::database* database);

} // namespace kodad::actors
