#include "proto/provider/gemini_usage.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

// Far above any context window; keeps sums of broken numbers from overflowing.
constexpr int64_t tokens_max = 1'000'000'000'000;

void read(const json::object& from, std::string_view key, int64_t& into) {
  if (auto number = json::find_integer(from, key))
    into = std::clamp<int64_t>(*number, 0, tokens_max);
}

} // namespace

void gemini_usage::take(const json::object& from) {
  read(from, "promptTokenCount", prompt_);
  read(from, "cachedContentTokenCount", cached_);
  read(from, "toolUsePromptTokenCount", tools_);
  read(from, "candidatesTokenCount", answer_);
  read(from, "thoughtsTokenCount", thoughts_);
}

usage gemini_usage::sum() const {
  usage out;
  out.cache_read_tokens = std::min(cached_, prompt_);
  out.input_tokens = prompt_ - out.cache_read_tokens + tools_;
  out.output_tokens = answer_ + thoughts_;
  out.reasoning_tokens = thoughts_;
  return out;
}

} // namespace kodad::proto::provider
