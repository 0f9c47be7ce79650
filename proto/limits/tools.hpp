// LIMITS OF TOOL CALLS: what one call may hold of the host, and for how long.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// The pool. A disk that answers does so within milliseconds; who takes longer no longer counts as
// one of the `tool_threads` at work, and another thread takes its place.
inline constexpr auto step_is_slow = 20ms;
inline constexpr size_t slow_steps = 64;        ///< Threads that may hang at once, host-wide.
inline constexpr size_t steps_of_workspace = 4; ///< Half the pool: the others' half stays free.
inline constexpr size_t steps_of_session = 4;

// A step's own time-out: what a network disk that wakes up needs, and a user still waits for.
inline constexpr auto step_deadline = 30s;

// The same for a request that looks at a folder: below `ask`, so that its client hears the reason.
inline constexpr auto look_deadline = 10s;
inline constexpr int64_t look_again_s = 30; ///< When to ask again for a disk that does not answer.

inline constexpr auto cancel_grace = 200ms;  ///< For a step to end by itself when cancelled.
inline constexpr auto unkillable_grace = 3s; ///< After SIGKILL a child's end comes within ms.

// Output. The log's share is what a person reads of one call; the rest is kept beside it.
inline constexpr size_t output_log_bytes = 256 * 1024;        ///< As JSON, of one call.
inline constexpr size_t output_chunk_bytes = 32 * 1024;       ///< Of one event.
inline constexpr auto output_chunk_gap = 100ms;               ///< Between two events of one call.
inline constexpr size_t output_kept_bytes = 16 * 1024 * 1024; ///< A file beside the log.
inline constexpr size_t outputs_waiting = 1024; ///< Errands of the output thread beside the pieces.

inline constexpr size_t diff_bytes = 64 * 1024;

// An event fits a reader's buffer of 1 MiB with its frame, whatever its texts are; as JSON.
inline constexpr size_t event_input_bytes = 512 * 1024; ///< Twice `tool_input_bytes`: all quotes.
inline constexpr size_t event_output_bytes = 512 * 1024;
inline constexpr size_t event_diff_bytes = 192 * 1024;
inline constexpr size_t event_text_bytes = 64 * 1024; ///< A sentence, a pattern, the options.

} // namespace kodad::proto::limits
