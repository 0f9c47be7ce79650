#include "proto/usage.hpp"

#include "proto/model.hpp"

namespace kodad::proto {

usage& usage::operator+=(const usage& other) {
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  reasoning_tokens += other.reasoning_tokens;
  cache_read_tokens += other.cache_read_tokens;
  cache_write_tokens += other.cache_write_tokens;
  return *this;
}

double cost_usd(const usage& spent, const model& by) {
  constexpr double per_million = 1e-6;
  auto sum =
      static_cast<double>(spent.input_tokens) * by.cost_input +
      static_cast<double>(spent.output_tokens) * by.cost_output +
      static_cast<double>(spent.cache_read_tokens) * by.cost_cache_read.value_or(by.cost_input) +
      static_cast<double>(spent.cache_write_tokens) * by.cost_cache_write.value_or(by.cost_input);
  return sum * per_million;
}

} // namespace kodad::proto
