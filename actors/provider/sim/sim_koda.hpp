// SIM/KODA: a simulated coding agent. It looks things up with the tools it is given, one call a
// step, and tells what it read. What it does next follows from the conversation alone, so that the
// same conversation always gets the same answer. Pure. It never claims to understand anything.
#pragma once

#include "actors/provider/sim/sim_plan.hpp"
#include "actors/provider/sim/sim_prompt.hpp"

namespace kodad::actors {

/// The next model call's course.
/// @param rate Tokens per second; 0 is as fast as possible.
sim_plan plan_koda(const proto::chat_request& request, const sim_prompt& prompt, double rate);

/// Ids for the tool calls of an answer, the same for the same place in the conversation.
std::string call_prefix(const sim_prompt& prompt);

} // namespace kodad::actors
