// SIM SELF: what the simulation says of itself: that it is one, what it can do, how to script it,
// and how to get a real model; and when it has to say so. Pure.
#pragma once

#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

/// Does the prompt ask about the model that answers?
bool asks_about_itself(std::string_view prompt);

/// Is it, in English, something to look up in the workspace: a question, or the wish to have a file
/// or a name explained? All else is beyond a simulation.
bool asks_to_look(std::string_view prompt);

/// Who answers, what it can do, how to script it, how to get a real model: one paragraph.
std::string tell_of_itself();

/// The same for what it cannot do.
std::string tell_what_is_beyond();

} // namespace kodad::actors
