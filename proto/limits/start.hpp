// LIMITS of a start and a stop: what kodad needs of the system, and how long each step may take.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// What must be there, else a start is refused: less would announce an address and then fail.
inline constexpr uint64_t descriptors_min = 256; ///< 20 are in use when idle, 10 a child, the rest
                                                 ///< for connections.
inline constexpr uint64_t file_bytes_min = uint64_t{16} << 20; ///< A database that can grow at all.
inline constexpr uint64_t new_state_bytes_min = uint64_t{1} << 20;  ///< An empty one has 100 KiB.
inline constexpr uint64_t main_stack_bytes_min = uint64_t{1} << 20; ///< YAML may nest 500 deep.
inline constexpr size_t thread_stack_bytes = size_t{8} << 20;       ///< Whatever `ulimit -s` says.
inline constexpr size_t threads_spare = 24;      ///< Beside the scheduler's: actors, door, tools.
inline constexpr size_t links_followed_max = 40; ///< On the way to one file, as the system's.

// How long a start may take.
inline constexpr auto name_deadline = 8s;      ///< One time-out of a resolver, 5 s, and then some.
inline constexpr auto settings_deadline = 10s; ///< Some look-ups; a dead disk never answers.
inline constexpr auto open_deadline = 300s; ///< Ten million blobs on a slow disk are swept by then.

// How long an end may take.
inline constexpr auto stop_deadline = 13s; ///< Draining and closing, of the 15 s after a SIGTERM.
inline constexpr auto looks_deadline = 8s; ///< Of it, until commands are dead and looked after: 2 s
                                           ///< for a deaf one, 5 s for a spawner that hangs.
inline constexpr auto close_deadline = 2s; ///< Of it, for answers and streams, once all is kept.
inline constexpr auto exit_deadline = 2s; ///< From the decision to leave until the process is gone.
inline constexpr auto tell_patience = 1s; ///< For a reader of stderr or stdout that is slow.

} // namespace kodad::proto::limits
