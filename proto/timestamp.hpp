// TIMESTAMP: a moment as milliseconds since 1970 UTC; on the wire RFC 3339 with milliseconds.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto {

struct timestamp {
  int64_t ms = 0;

  auto operator<=>(const timestamp&) const = default;
};

/// "2026-11-24T15:04:05.678Z"
std::string to_text(timestamp at);

/// Reads what `to_text` writes, with or without a fraction.
std::optional<timestamp> parse_timestamp(std::string_view text);

} // namespace kodad::proto
