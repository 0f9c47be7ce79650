// The OUTPUT READER actor. Interface: actors/interfaces.hpp.
//
// Reads whole outputs of tool calls for clients: from the file beside the log, or, where the result
// tells all, from the message. Clears at its start away what a crash left behind. Detached: it
// waits for the disk, and nobody's turn waits for it.
#pragma once

#include "actors/interfaces.hpp"
#include "storage/database.hpp"
#include "storage/host/output_files.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

/// The reader with what it tells itself: clear away what nobody needs.
using output_reader_inside = output_reader_actor::extend<caf::reacts_to<caf::tick_atom>>;

struct output_sources {
  const storage::database* database = nullptr; ///< Outlives the actor.
  storage::host::output_files files;
  size_t turns_kept = 0;
};

output_reader_inside::behavior_type output_reader(output_reader_inside::pointer self,
                                                  output_sources from);

} // namespace kodad::actors
