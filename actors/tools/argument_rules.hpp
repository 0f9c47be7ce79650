// ARGUMENT RULES: which arguments each tool takes, how models may spell them, and of what kind they
// are. What fits no rule is refused by name before anything is asked or done: an argument that is
// taken without a word and not obeyed makes the result a lie. Pure.
#pragma once

#include "actors/tools/tool.hpp"

namespace kodad::actors {

/// The arguments of a call under their own names, numbers and truths in one spelling, a command
/// given as a list joined to a line. Fails with `tool_invalid_args`, naming the argument, when one
/// is missing, unknown, of another kind, or given twice with different values. A tool without
/// rules takes anything.
proto::result<tool_arguments> read_arguments(std::string_view tool, std::string_view input);

} // namespace kodad::actors
