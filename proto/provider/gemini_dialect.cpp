#include "proto/provider/gemini_dialect.hpp"

#include "proto/model.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::proto::provider {

namespace {

constexpr int generation_2_5 = 25;
constexpr int generation_3 = 30;

// What Google's own OpenAI-compatible endpoint makes of the words.
constexpr int64_t low_budget = 1024;
constexpr int64_t medium_budget = 8192;
constexpr int64_t high_budget = 24576;

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

/// 25 for "gemini-2.5-pro"; 0 where the name does not say.
int generation_of(std::string_view name) {
  auto at = name.rfind("gemini-");
  if (at == std::string_view::npos)
    return 0;
  auto rest = name.substr(at + 7);
  const auto* end = rest.data() + rest.size();
  int whole = 0;
  auto [next, code] = std::from_chars(rest.data(), end, whole);
  if (code != std::errc() || whole < 0 || whole > 99)
    return rest.ends_with("-latest") ? generation_3 : 0; // An alias of the newest.
  int tenth = 0;
  if (next != end && *next == '.' && next + 1 != end && next[1] >= '0' && next[1] <= '9')
    tenth = next[1] - '0';
  return whole * 10 + tenth;
}

bool thinks(const chat_request& request) {
  if (request.model_reasons)
    return true;
  auto name = name_of(request.model);
  bool other_trade = has(name, "-image") || has(name, "-tts") || has(name, "-audio");
  return generation_of(name) >= generation_2_5 && !other_trade;
}

struct budget_range {
  int64_t least;
  int64_t most;
  bool may_be_off;
};

/// Of 2.5, from Google's guide to thinking.
budget_range range_of(std::string_view name) {
  if (has(name, "flash-lite"))
    return {512, 24576, true};
  if (has(name, "flash"))
    return {1, 24576, true};
  return {128, 32768, false};
}

std::optional<int64_t> wished_budget(const chat_request& request, const budget_range& range) {
  if (request.reasoning_budget)
    return request.reasoning_budget;
  if (request.reasoning_effort == "low")
    return low_budget;
  if (request.reasoning_effort == "medium")
    return medium_budget;
  if (request.reasoning_effort == "high")
    return high_budget;
  if (request.reasoning_effort == "max")
    return range.most;
  return std::nullopt;
}

gemini_thinking by_budget(const chat_request& request) {
  auto range = range_of(name_of(request.model));
  auto budget = wished_budget(request, range);
  if (!budget)
    return {};
  if (*budget <= 0)
    return {false, range.may_be_off ? 0 : range.least, {}};
  // Thoughts count as output: a quarter of that is left to the answer.
  if (auto most = request.max_output_tokens)
    budget = std::min(*budget, *most - *most / 4);
  return {true, std::clamp(*budget, range.least, range.most), {}};
}

std::string_view level_of(const chat_request& request) {
  const auto& word = request.reasoning_effort;
  if (!word.empty())
    return word == "low"                     ? "LOW"
           : word == "medium"                ? "MEDIUM"
           : word == "high" || word == "max" ? "HIGH"
                                             : "";
  if (!request.reasoning_budget)
    return "";
  auto budget = *request.reasoning_budget;
  return budget <= low_budget ? "LOW" : budget <= medium_budget ? "MEDIUM" : "HIGH";
}

gemini_thinking by_level(const chat_request& request) {
  // MINIMAL is less, but half of the models refuse it.
  if (request.reasoning_budget && *request.reasoning_budget <= 0)
    return {false, std::nullopt, "LOW"};
  auto level = level_of(request);
  if (level == "MEDIUM" && has(name_of(request.model), "gemini-3-pro"))
    level = "HIGH"; // The first of its generation knows two levels.
  return {true, std::nullopt, level};
}

} // namespace

std::optional<gemini_thinking> thinking_of(const chat_request& request) {
  if (!thinks(request))
    return std::nullopt;
  auto generation = generation_of(name_of(request.model));
  if (generation >= generation_3)
    return by_level(request);
  if (generation == generation_2_5)
    return by_budget(request);
  return gemini_thinking{};
}

bool checks_signatures(std::string_view model_name) {
  return generation_of(model_name) >= generation_3;
}

} // namespace kodad::proto::provider
