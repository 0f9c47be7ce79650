// TRIM RULE: when is it worth it to give free memory back to the system? Pure. After many sessions
// have left, and whenever the process has grown a lot since the last time, whatever it grew by: a
// growing host pays for it now and then, an idle one never.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::actors {

class trim_rule {
public:
  using instant = std::chrono::steady_clock::time_point;

  trim_rule(instant now, size_t held_bytes) : last_(now), floor_(held_bytes) {}

  /// So many sessions have left memory.
  void note_left(uint64_t sessions) { left_ += sessions; }

  /// @param held_bytes What the process holds now.
  bool is_due(instant now, size_t held_bytes) const;

  /// It was done, and so much is still held.
  void note_trimmed(instant now, size_t held_bytes);

private:
  instant last_;
  size_t floor_; ///< What was held after the last time.
  uint64_t left_ = 0;
};

} // namespace kodad::actors
