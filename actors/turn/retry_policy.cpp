#include "actors/turn/retry_policy.hpp"

#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

int64_t retry_delay_ms(int attempt, std::optional<int64_t> asked_ms, double jitter) {
  using proto::limits::retry_first_delay;
  using proto::limits::retry_longest_delay;
  constexpr int64_t longest = std::chrono::milliseconds(retry_longest_delay).count();
  constexpr int64_t first = std::chrono::milliseconds(retry_first_delay).count();
  if (asked_ms)
    return std::clamp<int64_t>(*asked_ms, 0, longest * 2);
  auto bound = std::min(longest, first << std::min(attempt - 1, 16));
  return static_cast<int64_t>(static_cast<double>(bound) * jitter);
}

std::string finish_word(proto::stop_reason why) {
  switch (why) {
  case proto::stop_reason::length:
  case proto::stop_reason::context_full:
    return "length";
  case proto::stop_reason::filtered:
    return "content_filter";
  case proto::stop_reason::refusal:
    return "refusal";
  default:
    return "stop";
  }
}

} // namespace kodad::actors
