// The one clock of the load tools, monotonic nanoseconds, and the waiting built on it. Wall time is
// never read.
#pragma once

#include <cstdint>

namespace kodad::load {

/// Nanoseconds since some fixed moment; never goes back.
int64_t now_ns();

constexpr int64_t ns_per_ms = 1'000'000;
constexpr int64_t ns_per_second = 1'000'000'000;

inline double to_ms(int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(ns_per_ms);
}

inline double to_seconds(int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(ns_per_second);
}

} // namespace kodad::load
