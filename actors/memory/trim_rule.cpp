#include "actors/memory/trim_rule.hpp"

#include "proto/limits/memory.hpp"

#include <algorithm>

namespace kodad::actors {

namespace limits = proto::limits;

bool trim_rule::is_due(instant now, size_t held_bytes) const {
  if (now - last_ < limits::trim_pause)
    return false;
  if (left_ >= limits::trim_sessions)
    return true;
  // Half as much again: a host that grows steadily does it ever more rarely.
  if (held_bytes > floor_ + std::max(limits::trim_growth_bytes, floor_ / 2))
    return true;
  return left_ > 0 && now - last_ >= limits::trim_patience &&
         held_bytes > floor_ + limits::trim_least_bytes;
}

void trim_rule::note_trimmed(instant now, size_t held_bytes) {
  last_ = now;
  floor_ = held_bytes;
  left_ = 0;
}

} // namespace kodad::actors
