#include "proto/timestamp.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace kodad::proto {

std::string to_text(timestamp at) {
  // The years 1970 to 9999: four digits, and nothing we keep is older.
  at.ms = std::clamp<int64_t>(at.ms, 0, 253'402'300'799'999);
  auto fraction = at.ms % 1000;
  auto seconds = static_cast<time_t>((at.ms - fraction) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  auto length = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                              parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                              parts.tm_min, parts.tm_sec, static_cast<int>(fraction));
  return std::string(text, static_cast<size_t>(length));
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
  std::tm parts{};
  int fraction = 0;
  std::string copy(text);
  auto read =
      std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &fraction);
  if (read < 6 || text.back() != 'Z')
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return timestamp{static_cast<int64_t>(timegm(&parts)) * 1000 + fraction};
}

} // namespace kodad::proto
