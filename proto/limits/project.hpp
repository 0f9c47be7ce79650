// LIMITS OF A PROJECT'S OWN FILE: kodad.yaml comes with whatever was cloned, and is read at every
// step that calls tools.
#pragma once

#include <cstddef>

namespace kodad::proto::limits {

/// The largest known rule sets of agents have some hundred rules, in 10 KiB.
inline constexpr size_t project_file_bytes = 64 * 1024;
inline constexpr size_t project_rules = 1000; ///< Together; aliases may multiply them.
inline constexpr size_t project_tools = 100;
inline constexpr size_t project_tool_bytes = 64; ///< Of one tool's name, which may be a pattern.

/// What is told of a file that cannot be taken: the model reads it with every call.
inline constexpr size_t project_faults_told = 3;
inline constexpr size_t project_fault_bytes = 1000;

/// Lines about such files that the operator gets while the process lives.
inline constexpr size_t project_lines_told = 1000;

} // namespace kodad::proto::limits
