// LIMITS OF PROCESSES: how long the server bears with its spawner, and with children that do not
// end.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// The spawner answers within microseconds. Four seconds of silence are no busy machine.
inline constexpr auto spawner_beat = 1s; ///< Between two pings.
inline constexpr int spawner_beats_missed = 3;

// A spawner that dies within its first moments may do so again, the more if it never answered.
inline constexpr auto spawner_youth = 250ms;
inline constexpr auto spawner_restart_first = 100ms;
inline constexpr auto spawner_restart_longest = 5s;
inline constexpr auto spawner_restart_answered = 250ms; ///< The longest for one that did answer.

// One that dies again and again is told of in few lines: two for each time.
inline constexpr size_t spawner_news = 6;
inline constexpr auto spawner_news_window = 60s;

inline constexpr auto spawner_farewell = 3s; ///< To end all children in order.
inline constexpr auto spawner_burial = 1s;   ///< And once more after it was killed.

// What a dead spawner leaves behind is killed again and again until nothing is left.
inline constexpr auto stray_sweep = 5ms;
inline constexpr auto stray_patience = 2s; ///< Then the ends are told, whoever still hangs.
inline constexpr auto stray_sweep_later = 1s;

// SIGKILL works at once but for a process that hangs in the kernel, on a dead disk for example.
inline constexpr auto kill_patience = 5s;

} // namespace kodad::proto::limits
