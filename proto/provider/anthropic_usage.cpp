#include "proto/provider/anthropic_usage.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

// Far above any context window; keeps sums of broken numbers from overflowing.
constexpr int64_t tokens_max = 1'000'000'000'000;

int64_t count(const json::object& from, std::string_view key) {
  return std::clamp<int64_t>(json::find_integer(from, key).value_or(0), 0, tokens_max);
}

void replace(int64_t& into, int64_t now) {
  if (now > 0)
    into = now;
}

} // namespace

void read_anthropic_usage(const json::object& from, usage& into) {
  replace(into.input_tokens, count(from, "input_tokens"));
  replace(into.cache_read_tokens, count(from, "cache_read_input_tokens"));
  auto written = count(from, "cache_creation_input_tokens");
  if (auto by_life = json::find_object(from, "cache_creation"); by_life && written == 0)
    written =
        count(*by_life, "ephemeral_5m_input_tokens") + count(*by_life, "ephemeral_1h_input_tokens");
  replace(into.cache_write_tokens, written);
  replace(into.output_tokens, count(from, "output_tokens"));
  if (auto details = json::find_object(from, "output_tokens_details"))
    replace(into.reasoning_tokens,
            std::min(count(*details, "thinking_tokens"), into.output_tokens));
}

} // namespace kodad::proto::provider
