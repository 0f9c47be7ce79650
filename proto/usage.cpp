#include "proto/usage.hpp"

#include "proto/model.hpp"

#include <algorithm>

namespace kodad::proto {

usage& usage::operator+=(const usage& other) {
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  reasoning_tokens += other.reasoning_tokens;
  cache_read_tokens += other.cache_read_tokens;
  cache_write_tokens += other.cache_write_tokens;
  return *this;
}

namespace {

/// What a million tokens of each kind cost in one call.
struct rates {
  double input = 0;
  double output = 0;
  double reasoning = 0;
  double cache_read = 0;
  double cache_write = 0;
};

/// The largest tier that a prompt of this size is above; nothing below the first.
const cost_tier* tier_for(const model& by, int64_t prompt_tokens) {
  const cost_tier* out = nullptr;
  for (const auto& tier : by.cost_tiers)
    if (prompt_tokens > tier.above_tokens && (!out || tier.above_tokens > out->above_tokens))
      out = &tier;
  return out;
}

rates rates_for(const model& by, int64_t prompt_tokens) {
  const auto* tier = tier_for(by, prompt_tokens);
  if (!tier)
    return {by.cost_input, by.cost_output, by.cost_reasoning.value_or(by.cost_output),
            by.cost_cache_read.value_or(by.cost_input),
            by.cost_cache_write.value_or(by.cost_input)};
  auto cache = [tier](const std::optional<double>& own, const std::optional<double>& below) {
    return own.value_or(below.value_or(tier->cost_input));
  };
  return {tier->cost_input, tier->cost_output, tier->cost_reasoning.value_or(tier->cost_output),
          cache(tier->cost_cache_read, by.cost_cache_read),
          cache(tier->cost_cache_write, by.cost_cache_write)};
}

} // namespace

double cost_usd(const usage& spent, const model& by) {
  constexpr double per_million = 1e-6;
  auto at = rates_for(by, spent.prompt_tokens());
  // A count of reasoning beyond the output's says that the output did not include it.
  auto answer_tokens = std::max<int64_t>(spent.output_tokens - spent.reasoning_tokens, 0);
  auto sum = static_cast<double>(spent.input_tokens) * at.input +
             static_cast<double>(answer_tokens) * at.output +
             static_cast<double>(spent.reasoning_tokens) * at.reasoning +
             static_cast<double>(spent.cache_read_tokens) * at.cache_read +
             static_cast<double>(spent.cache_write_tokens) * at.cache_write;
  return sum * per_million;
}

} // namespace kodad::proto
