// BUILT-IN AGENTS: those that come with the program: who they are, which tools they have, what they
// may do unasked. Their prompts stand in prompts.cpp. Nobody can change or delete them; the user's
// configuration outranks their rules (permission/policy.hpp).
#pragma once

#include "proto/agent.hpp"

#include <vector>

namespace kodad::actors {

/// Sorted by id: engineer, explorer, insight, planner, polish, refactor.
const std::vector<proto::agent>& builtin_agents();

} // namespace kodad::actors
