// A MODEL CALL: the handle of one running call, the same for a real provider and the simulated one.
// It begins by itself, and its maker (call_desk) may close it; it tells its listener call_chunks
// and, exactly once, call_ended, and its provider the same call_ended.
//
// A state of such an actor must not have both `begin()` and `end()`: CAF takes it for a range.
#pragma once

#include "actors/interfaces.hpp"

namespace kodad::actors {

/// One per running model call; quits by itself after call_ended.
using model_call_actor = caf::typed_actor<
    // INTERNAL: begin; later: something has arrived.
    caf::reacts_to<caf::update_atom>,
    // INTERNAL: a wait of its own is over.
    caf::reacts_to<caf::tick_atom>,
    // Cancel: call_ended comes with `cancelled`.
    caf::reacts_to<caf::close_atom>>;

} // namespace kodad::actors
