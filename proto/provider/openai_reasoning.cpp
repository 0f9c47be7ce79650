#include "proto/provider/openai_reasoning.hpp"

#include "proto/model.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kodad::proto::provider {

namespace {

constexpr std::array<std::string_view, 7> scale{"none", "minimal", "low", "medium",
                                                "high", "xhigh",   "max"};

// KodaCode asks for these together: 3000 tokens with "low", 10,000 with "medium", 32,000 "high".
constexpr int64_t low_budget_max = 3000;
constexpr int64_t medium_budget_max = 10'000;

bool holds(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_vendor(std::string_view name) {
  if (name.starts_with("ft:")) // Fine-tuned: "ft:gpt-4.1:someone::id".
    name.remove_prefix(3);
  auto slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

/// "gpt-5.2-codex" gives 502, "gpt-5" 500; nothing for other names.
std::optional<int> gpt_version(std::string_view name) {
  constexpr std::string_view start = "gpt-";
  if (!name.starts_with(start))
    return std::nullopt;
  name.remove_prefix(start.size());
  int major = 0, minor = 0;
  auto end = name.data() + name.size();
  auto [rest, code] = std::from_chars(name.data(), end, major);
  if (code != std::errc() || major < 0 || major > 1000)
    return std::nullopt;
  if (rest != end && *rest == '.')
    std::from_chars(rest + 1, end, minor);
  return major * 100 + std::clamp(minor, 0, 99);
}

// Compiled from the refusals that OpenAI answers with ("Supported values are: …") and its reference
// for `reasoning.effort`, as of November 2026.
reasoning_abilities abilities_of_gpt(std::string_view name, int version) {
  reasoning_abilities out;
  out.reasons = version >= 500 && !holds(name, "-chat");
  if (!*out.reasons)
    return out;
  bool codex = holds(name, "codex");
  bool pro = holds(name, "-pro");
  if (version < 501)
    out.least = pro ? "high" : codex ? "low" : "minimal";
  else
    out.least = pro ? "medium" : codex ? "low" : "none";
  if (version >= 506)
    out.most = "max";
  else if (version >= 502 || holds(name, "codex-max"))
    out.most = "xhigh";
  out.tools_bar_effort = version >= 504;
  return out;
}

size_t rank_of(std::string_view effort) {
  return static_cast<size_t>(std::find(scale.begin(), scale.end(), effort) - scale.begin());
}

std::string_view effort_of_budget(int64_t tokens) {
  if (tokens <= low_budget_max)
    return "low";
  return tokens <= medium_budget_max ? "medium" : "high";
}

} // namespace

reasoning_abilities abilities_of(std::string_view name) {
  name = without_vendor(name);
  if (auto version = gpt_version(name))
    return abilities_of_gpt(name, *version);
  reasoning_abilities out;
  bool o_series = name.size() >= 2 && name[0] == 'o' && is_digit(name[1]) &&
                  (name.size() == 2 || name[2] == '-');
  if (o_series || name.starts_with("gpt-oss") || holds(name, "codex"))
    out.reasons = true;
  else if (name.starts_with("chatgpt-"))
    out.reasons = false;
  return out;
}

bool asks_reasoning(const chat_request& request) {
  if (auto known = abilities_of(name_of(request.model)).reasons)
    return *known;
  bool wished = request.reasoning_budget.value_or(0) > 0 ||
                (!request.reasoning_effort.empty() && request.reasoning_budget != 0);
  return request.model_reasons || wished;
}

std::string_view openai_effort(const chat_request& request) {
  std::string_view wanted;
  if (request.reasoning_budget == 0)
    wanted = "none";
  else if (!request.reasoning_effort.empty())
    wanted = request.reasoning_effort;
  else if (request.reasoning_budget)
    wanted = effort_of_budget(*request.reasoning_budget);
  auto rank = rank_of(wanted);
  if (rank == scale.size())
    return {};
  auto can = abilities_of(name_of(request.model));
  return scale[std::clamp(rank, rank_of(can.least), rank_of(can.most))];
}

} // namespace kodad::proto::provider
