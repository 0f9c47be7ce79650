#include "proto/provider/anthropic_thinking.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

constexpr int64_t budget_min = 1'024; // The API refuses less.

// What a budget leaves for the answer, where the model's limit allows it.
constexpr int64_t answer_tokens = 8'192;

// Efforts as budgets and back, each twice the one before. "max" goes only by its name: it costs
// too much to be concluded from a number.
constexpr int64_t budget_low = 4'096;
constexpr int64_t budget_medium = 8'192;
constexpr int64_t budget_high = 16'384;
constexpr int64_t budget_max = 32'768;

int64_t budget_of(std::string_view effort) {
  if (effort == "low")
    return budget_low;
  if (effort == "high")
    return budget_high;
  return effort == "max" || effort == "xhigh" ? budget_max : budget_medium;
}

std::string_view effort_of(int64_t budget) {
  if (budget < budget_medium)
    return "low";
  return budget < budget_high ? "medium" : "high";
}

void plan_budget(const chat_request& from, int64_t output_max, anthropic_generation& out) {
  auto wanted = from.reasoning_budget.value_or(budget_of(from.reasoning_effort));
  wanted = std::max(wanted, budget_min);
  auto limit = out.max_tokens;
  if (wanted >= limit)
    limit = output_max - answer_tokens > wanted ? wanted + answer_tokens : output_max;
  if (wanted >= limit)
    wanted = limit / 2;
  if (wanted < budget_min)
    return; // So small an answer has no room for it.
  out.max_tokens = limit;
  out.thinking = thinking_ask::budget;
  out.budget = wanted;
}

void plan_adaptive(const chat_request& from, anthropic_generation& out) {
  out.thinking = thinking_ask::adaptive;
  out.effort = from.reasoning_effort.empty() ? effort_of(*from.reasoning_budget)
                                             : std::string_view(from.reasoning_effort);
}

} // namespace

anthropic_generation plan_anthropic(const chat_request& from, const anthropic_traits& traits,
                                    bool may_begin) {
  auto asked = std::max<int64_t>(from.max_output_tokens.value_or(0), 0);
  auto output_max = std::max<int64_t>(from.model_output_max.value_or(0), 0);
  if (output_max == 0)
    output_max = std::max(asked, traits.output_default);
  anthropic_generation out;
  out.max_tokens = asked == 0 ? output_max : std::min(asked, output_max);
  bool off = from.reasoning_budget && *from.reasoning_budget <= 0;
  bool wanted = from.reasoning_budget || !from.reasoning_effort.empty();
  if (traits.thinking == thinking_form::none)
    wanted = false;
  if (wanted && off)
    out.thinking = thinking_ask::disabled; // Some models reason unless told not to.
  else if (wanted && traits.thinking == thinking_form::adaptive)
    plan_adaptive(from, out);
  else if (wanted && may_begin)
    plan_budget(from, output_max, out);
  bool thinks = out.thinking == thinking_ask::budget || out.thinking == thinking_ask::adaptive;
  // Chat Completions go up to 2, this format to 1.
  if (from.temperature && traits.takes_temperature && !thinks)
    out.temperature = std::clamp(*from.temperature, 0.0, 1.0);
  return out;
}

} // namespace kodad::proto::provider
