// TOOL CATALOG: what the model is told of each tool, and what of a call a permission rule looks at.
#pragma once

#include "proto/tool.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// All tools, sorted by name.
const std::vector<proto::tool_spec>& tool_specs();

/// What rules match of a call: the path of a file tool relative to the workspace where it lies in
/// it, the whole command of bash, the pattern of a search. Empty when the arguments are unreadable.
std::string subject_of(std::string_view tool, std::string_view input);

} // namespace kodad::actors
