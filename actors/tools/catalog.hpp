// TOOL CATALOG: what the model is told of each tool, and what of a call a permission rule looks at.
#pragma once

#include "proto/tool.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// All tools, sorted by name.
const std::vector<proto::tool_spec>& tool_specs();

/// What rules match of a call: the path of a file tool or search as the tool will take it (plain,
/// relative to the workspace where it lies in it), the whole command of bash. Empty when the
/// arguments are unreadable. @param workspace Absolute; without it an absolute path stays so, and
/// rules over relative paths do not match it.
std::string subject_of(std::string_view tool, std::string_view input,
                       std::string_view workspace = {});

/// Does the tool open files that its arguments name, and so meet links?
bool meets_files(std::string_view tool);

/// Does the tool start a program, and so need the sandbox?
bool runs_a_program(std::string_view tool);

} // namespace kodad::actors
