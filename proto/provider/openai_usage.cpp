#include "proto/provider/openai_usage.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

// Far above any context window; keeps sums of broken numbers from overflowing.
constexpr int64_t tokens_max = 1'000'000'000'000;

int64_t count(const json::object& from, std::string_view key) {
  return std::clamp<int64_t>(json::find_integer(from, key).value_or(0), 0, tokens_max);
}

struct names {
  std::string_view input, input_details, output, output_details;
};

constexpr names of_chat{"prompt_tokens", "prompt_tokens_details", "completion_tokens",
                        "completion_tokens_details"};
constexpr names of_responses{"input_tokens", "input_tokens_details", "output_tokens",
                             "output_tokens_details"};

usage read(const json::object& from, const names& by) {
  auto prompt = count(from, by.input);
  usage out;
  if (auto details = json::find_object(from, by.input_details)) {
    out.cache_read_tokens = count(*details, "cached_tokens");
    out.cache_write_tokens = count(*details, "cache_write_tokens");
  }
  if (out.cache_read_tokens == 0) // DeepSeek's and Moonshot's own places.
    out.cache_read_tokens =
        std::max(count(from, "prompt_cache_hit_tokens"), count(from, "cached_tokens"));
  out.cache_read_tokens = std::min(out.cache_read_tokens, prompt);
  out.cache_write_tokens = std::min(out.cache_write_tokens, prompt - out.cache_read_tokens);
  out.input_tokens = prompt - out.cache_read_tokens - out.cache_write_tokens;
  out.output_tokens = count(from, by.output);
  if (auto details = json::find_object(from, by.output_details))
    out.reasoning_tokens = count(*details, "reasoning_tokens");
  auto total = count(from, "total_tokens");
  if (out.reasoning_tokens > 0 && total == prompt + out.output_tokens + out.reasoning_tokens)
    out.output_tokens += out.reasoning_tokens;
  return out;
}

} // namespace

usage read_openai_usage(const json::object& from) {
  return read(from, of_chat);
}

usage read_responses_usage(const json::object& from) {
  return read(from, of_responses);
}

} // namespace kodad::proto::provider
