#include "proto/provider/rate_limits.hpp"

#include "proto/provider/retry_after.hpp"
#include "proto/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace kodad::proto::provider {

namespace {

constexpr double longest_ms = 24 * 3600 * 1000.0; // Nobody's period is longer than a day.
constexpr double largest = 1e15;                  // Of a limit; far from overflow.

/// A number at the text's beginning, which is taken off.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || !(number >= 0) || !(number <= largest))
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

std::optional<double> read_number(std::string_view text) {
  auto number = take_number(text);
  return text.empty() ? number : std::nullopt;
}

std::optional<double> unit_ms(std::string_view& text) {
  struct unit {
    std::string_view word;
    double ms;
  };
  // "ms" stands before "m", which it begins with.
  constexpr std::array<unit, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [word, ms] : units)
    if (text.starts_with(word)) {
      text.remove_prefix(word.size());
      return ms;
    }
  return std::nullopt;
}

int64_t bounded(double ms) {
  return static_cast<int64_t>(std::ceil(std::clamp(ms, 0.0, longest_ms)));
}

/// The answer's own time, in milliseconds since 1970.
std::optional<double> answered_at(const header_list& headers) {
  auto date = find_header(headers, "date");
  auto seconds = date ? read_http_date(*date) : std::nullopt;
  return seconds ? std::optional(static_cast<double>(*seconds) * 1000) : std::nullopt;
}

std::optional<int64_t> until(std::optional<double> moment_ms, const header_list& headers) {
  auto from = answered_at(headers);
  if (!moment_ms || !from)
    return std::nullopt;
  return bounded(*moment_ms - *from);
}

std::optional<int64_t> read_reset(std::string_view text, const header_list& headers) {
  if (auto number = read_number(text)) {
    // Small numbers are seconds from now, larger ones seconds or milliseconds since 1970.
    if (*number > 1e11)
      return until(*number, headers);
    if (*number > 1e8)
      return until(*number * 1000, headers);
    return bounded(*number * 1000);
  }
  if (auto moment = parse_timestamp(text))
    return until(static_cast<double>(moment->ms), headers);
  return read_duration_ms(text);
}

/// Where a provider writes one bound.
struct header_names {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

rate_budget read_budget(const header_list& headers, const header_names& names) {
  rate_budget out;
  auto number = [&headers](std::string_view name) -> std::optional<int64_t> {
    auto text = find_header(headers, name);
    // The IETF draft lets parameters follow: "100;w=60".
    auto value = text ? read_number(text->substr(0, text->find_first_of(";,"))) : std::nullopt;
    return value ? std::optional(static_cast<int64_t>(*value)) : std::nullopt;
  };
  out.limit = number(names.limit);
  out.remaining = number(names.remaining);
  if (auto reset = find_header(headers, names.reset))
    out.reset_ms = read_reset(*reset, headers);
  return out;
}

template <size_t N>
rate_budget first_told(const header_list& headers, const std::array<header_names, N>& names) {
  for (const auto& one : names)
    if (auto told = read_budget(headers, one); told.limit || told.remaining)
      return told;
  return {};
}

} // namespace

std::optional<int64_t> read_duration_ms(std::string_view text) {
  double sum = 0;
  bool has_any = false;
  while (!text.empty()) {
    auto number = take_number(text);
    auto unit = number ? unit_ms(text) : std::nullopt;
    if (!unit)
      return std::nullopt;
    sum += *number * *unit;
    has_any = true;
  }
  return has_any ? std::optional(bounded(sum)) : std::nullopt;
}

rate_limits read_rate_limits(const header_list& headers) {
  constexpr std::array<header_names, 4> requests{{
      {"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
       "x-ratelimit-reset-requests"},
      {"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
       "anthropic-ratelimit-requests-reset"},
      {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
      {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"},
  }};
  constexpr std::array<header_names, 3> tokens{{
      {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
      {"anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
       "anthropic-ratelimit-input-tokens-reset"},
      {"anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
       "anthropic-ratelimit-tokens-reset"},
  }};
  return {first_told(headers, requests), first_told(headers, tokens)};
}

} // namespace kodad::proto::provider
