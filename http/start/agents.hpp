// AGENTS at the start: what the configuration says of them, held against those that there are. Its
// own reader cannot know: agents are made over HTTP and stand in the state.
#pragma once

#include "proto/agent.hpp"
#include "storage/config/config_loader.hpp"
#include "storage/database.hpp"

#include <vector>

namespace kodad::http {

/// All agents that the state knows, the built-in ones first. Fails when the configured default is
/// none of them: else every session that names no agent would be refused.
/// @param state Null before there is one: then only the built-in ones are known.
proto::result<std::vector<proto::agent>> load_agents(const storage::loaded_config& loaded,
                                                     const storage::database* state);

/// What names an agent that may yet be made: one line each.
std::vector<std::string> unknown_agents(const storage::loaded_config& loaded,
                                        const std::vector<proto::agent>& agents);

} // namespace kodad::http
