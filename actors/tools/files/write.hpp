// WRITE and EDIT: change a file, whole or in places. Both load, check and replace the file as one
// step with respect to other calls on the same file (file_order).
#pragma once

#include "actors/tools/call_rules.hpp"
#include "actors/tools/files/file_order.hpp"
#include "actors/tools/tool.hpp"

namespace kodad::actors {

/// @param rules Are asked for where a link leads.
tool_output write_tool(const storage::host::folder& workspace, const tool_arguments& given,
                       file_turns& turns, const std::optional<call_rules>& rules = {});

tool_output edit_tool(const storage::host::folder& workspace, const tool_arguments& given,
                      file_turns& turns, const std::optional<call_rules>& rules = {});

} // namespace kodad::actors
