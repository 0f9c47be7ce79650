// LIMITS OF THE SIMULATION: what one message may make sim/koda do.
#pragma once

#include <cstddef>

namespace kodad::proto::limits {

inline constexpr size_t sim_work_calls = 16;      ///< Tool calls of one answer that changes things.
inline constexpr size_t sim_requests = 3;         ///< Things that one message may ask for.
inline constexpr size_t sim_request_bytes = 4096; ///< Of the line that asks; a longer one is text.
inline constexpr size_t sim_quoted_lines = 20;    ///< Of a tool's output, in an answer.
inline constexpr size_t sim_line_bytes = 300;     ///< Of one such line.

} // namespace kodad::proto::limits
