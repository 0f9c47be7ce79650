// READ: shows a file with line numbers, a page at a time, or lists a folder.
#pragma once

#include "actors/tools/call_rules.hpp"
#include "actors/tools/tool.hpp"

namespace kodad::actors {

/// @param rules Are asked for where a link leads.
tool_output read_tool(const storage::host::folder& workspace, const tool_arguments& given,
                      const std::optional<call_rules>& rules = {});

/// A short name for a file's content, to say later "as I saw it".
std::string content_version(std::string_view bytes);

/// Has this what no text in a one-byte encoding has?
bool is_binary(std::string_view bytes);

} // namespace kodad::actors
