// AGENTS at the start: those that are built in and those that were made over HTTP, and whether the
// configured default is one of them: else every session that names no agent would be refused.
#pragma once

#include "proto/agent.hpp"
#include "proto/result.hpp"
#include "storage/database.hpp"

#include <vector>

namespace kodad::http {

/// All agents that the state knows, the built-in ones first. Fails when `wanted` is none of them.
/// @param state Null before there is one: then only the built-in ones are known.
proto::result<std::vector<proto::agent>> load_agents(const proto::agent_id& wanted,
                                                     const storage::database* state);

} // namespace kodad::http
