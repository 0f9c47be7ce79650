// SIM BELOW: the lines below the one that asks. They may be pasted from anywhere, so that nothing
// in them is done; the user is told that, where they hold what nobody looked at. Pure.
#pragma once

#include "actors/provider/sim/sim_wish.hpp"

#include <string>
#include <string_view>

namespace kodad::actors {

/// A paragraph for the answer; empty when there is nothing below, or all of it was the text that
/// the request spoke of.
/// @param asked What was read of the prompt; where nothing was, only requests below are told.
std::string note_on_lines_below(std::string_view prompt, const sim_wishes& asked);

} // namespace kodad::actors
