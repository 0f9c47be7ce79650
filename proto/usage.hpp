// USAGE: the tokens of a model call, and what they cost.
#pragma once

#include "proto/record.hpp"

namespace kodad::proto {

/// Tokens by kind. `input_tokens` excludes those read from or written to a cache; `output_tokens`
/// includes `reasoning_tokens`.
struct usage {
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  int64_t reasoning_tokens = 0;
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;

  static constexpr auto fields() {
    return std::tuple(field("input_tokens", &usage::input_tokens),
                      field("output_tokens", &usage::output_tokens),
                      field("reasoning_tokens", &usage::reasoning_tokens),
                      field("cache_read_tokens", &usage::cache_read_tokens),
                      field("cache_write_tokens", &usage::cache_write_tokens));
  }

  /// All that the model had to read.
  int64_t prompt_tokens() const { return input_tokens + cache_read_tokens + cache_write_tokens; }

  usage& operator+=(const usage& other);
  bool operator==(const usage&) const = default;
};

struct model;

/// What `spent` costs in US dollars by the prices of `by`.
double cost_usd(const usage& spent, const model& by);

} // namespace kodad::proto
