// TOOLS at the start: finds out what the tools will run in and tells it. The only place that turns
// the state of the sandbox into what the tool runner gets and what GET /config says.
#pragma once

#include "actors/tools/tool_runner.hpp"
#include "http/routes.hpp"
#include "proto/config.hpp"

namespace kodad::http {

/// Finds out which sandbox works. Waits for that. Fails when the configuration names one that
/// cannot be had. @param facts Gets the tools' names and the state of the sandbox.
proto::result<actors::tool_equipment>
equip_tools(const proto::config& config, const std::string& state_folder,
            std::shared_ptr<storage::host::process_host> processes, host_facts& facts);

/// What the operator has to know of the sandbox at the start; nothing when all is as it should be.
std::optional<std::string> sandbox_notice(const host_facts& facts);

} // namespace kodad::http
