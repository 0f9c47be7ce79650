// Limits of what is made of a model's answer.
#pragma once

#include <cstddef>

namespace kodad::proto::limits {

/// Of a tool's name as a model writes it; the longest that a provider allows has 128.
inline constexpr size_t tool_name_bytes = 256;

/// Of the names of all tools in the error for an unknown one: more than a hundred.
inline constexpr size_t tool_list_bytes = 4 * 1024;

/// Of arguments that are no JSON, as the model is shown them again: enough to see where they broke.
inline constexpr size_t broken_input_bytes = 2 * 1024;

/// Asked by one call of the tool `question`: more than a person wants to answer at once.
inline constexpr size_t questions_of_call = 10;

} // namespace kodad::proto::limits
