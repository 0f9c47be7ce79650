// LIMITS OF NAME LOOKUPS for outgoing calls.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// A name server that does not answer holds a thread for up to 30 s. More hanging names than this
// would make a name wait that was never looked up before; a known one never waits.
inline constexpr size_t name_threads = 128;
inline constexpr size_t name_stack_bytes = 1024 * 1024; ///< Costs only what is used.
inline constexpr auto name_thread_idle = 5s;
inline constexpr size_t names_waiting = 1024; ///< For a thread.

inline constexpr size_t names_kept = 1024;
inline constexpr auto name_fresh = 60s; ///< As libcurl does.
// An older address is used once more while it is asked for anew, unless it did not work.
inline constexpr auto name_usable = 3600s;
inline constexpr size_t name_addresses = 16; ///< Of one name; nobody tries more.

} // namespace kodad::proto::limits
