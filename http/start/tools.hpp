// TOOLS at the start: finds out what the tools will run in and tells it. The only place that turns
// the state of the sandbox into what the tool runner gets and what GET /config says.
#pragma once

#include "actors/tools/tool_runner.hpp"
#include "http/routes.hpp"
#include "proto/config.hpp"

namespace kodad::http {

/// Probes the sandbox unless the configuration switches it off. Waits for that.
/// @param facts Gets the tools' names and the state of the sandbox.
actors::tool_equipment equip_tools(const proto::config& config,
                                   std::shared_ptr<storage::host::process_host> processes,
                                   host_facts& facts);

} // namespace kodad::http
