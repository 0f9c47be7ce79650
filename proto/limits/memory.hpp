// LIMITS of memory: what allocation keeps for itself, and when it is given back to the system.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

/// From here on a block of memory has pages of its own, which go back the moment it is freed: the
/// bodies, pages and conversations of megabytes. None of what a turn needs often is as large.
inline constexpr size_t own_pages_bytes = 256 * 1024;

/// Free memory at the end of a heap beyond this goes back at once.
inline constexpr size_t heap_top_bytes = 512 * 1024;

// Giving back what lies scattered takes some 10 ms and holds up whoever allocates meanwhile.
inline constexpr auto trim_pause = std::chrono::seconds(5);    ///< Between two times, at least.
inline constexpr auto trim_delay = std::chrono::seconds(1);    ///< Others may be leaving as well.
inline constexpr auto trim_check = std::chrono::seconds(10);   ///< How often growth is looked at.
inline constexpr auto trim_patience = std::chrono::minutes(1); ///< For what is worth little.
inline constexpr size_t trim_sessions = 64;                    ///< Worth it at once: 3 MB or so.
inline constexpr size_t trim_growth_bytes = 16 * 1024 * 1024;  ///< Worth it, whatever grew.
inline constexpr size_t trim_least_bytes = 2 * 1024 * 1024;    ///< Less is not worth it.

/// Sessions asked to leave at once: as many as one commit may well take together.
inline constexpr size_t sessions_retiring = 256;

} // namespace kodad::proto::limits
