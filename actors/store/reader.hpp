// The READER actor. Interface: actors/interfaces.hpp. Answers queries straight from the database:
// what is acknowledged is committed, so a reader sees it. Keeps nothing, and no transaction is open
// between two messages.
#pragma once

#include "actors/interfaces.hpp"
#include "storage/database.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

/// @param database Outlives the actor.
reader_actor::behavior_type reader(reader_actor::pointer self, const storage::database* database);

} // namespace kodad::actors
