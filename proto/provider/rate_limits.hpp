// RATE LIMITS: what the headers of an answer tell of a provider's bounds on requests and tokens.
// OpenAI, Groq, Azure and Mistral say "x-ratelimit-limit-requests", Anthropic
// "anthropic-ratelimit-requests-limit", OpenRouter and the IETF draft "x-ratelimit-limit" and
// "ratelimit-limit"; times come as durations ("6m0s"), seconds, moments since 1970, or RFC 3339.
#pragma once

#include "proto/provider/wire.hpp"

#include <cstdint>
#include <optional>

namespace kodad::proto::provider {

/// One bound. Parts that were not told are absent.
struct rate_budget {
  std::optional<int64_t> limit;     ///< Of one period, whatever its length.
  std::optional<int64_t> remaining; ///< Before the next one is refused.
  std::optional<int64_t> reset_ms;  ///< Until `remaining` is `limit` again.

  bool operator==(const rate_budget&) const = default;
};

struct rate_limits {
  rate_budget requests;
  rate_budget tokens; ///< All, or else those of the prompt.

  bool operator==(const rate_limits&) const = default;
};

/// Moments are taken against the answer's own `date`, so that no clock is needed.
/// @param headers Names in lower case.
rate_limits read_rate_limits(const header_list& headers);

/// Milliseconds of "1s", "6m0s", "2m59.56s", "120ms", "1h2m".
std::optional<int64_t> read_duration_ms(std::string_view text);

} // namespace kodad::proto::provider
