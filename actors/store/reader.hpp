// The READER actor. Interface: actors/interfaces.hpp. Answers queries straight from the database:
// what is acknowledged is committed, so a reader sees it. Keeps nothing, and no transaction is open
// between two messages.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/store/loss_log.hpp"
#include "storage/database.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace kodad::actors {

/// @param database Outlives the actor.
/// @param losses Is told of what cannot be read any more; never null.
reader_actor::behavior_type reader(reader_actor::pointer self, const storage::database* database,
                                   std::shared_ptr<loss_log> losses);

} // namespace kodad::actors
