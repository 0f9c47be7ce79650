#include "tests/load/clock.hpp"

#include <chrono>

namespace kodad::load {

int64_t now_ns() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

} // namespace kodad::load
