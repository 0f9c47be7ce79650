#include "actors/turn/reasoning.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

// KodaCode's budgets of the variants, in the order of `proto::reasoning_variants`.
constexpr std::array<int64_t, 3> budgets{3000, 10'000, 32'000};
static_assert(budgets.size() == proto::reasoning_variants.size());

constexpr int64_t least_scaled = 3000;

std::optional<int64_t> budget_of(std::string_view variant) {
  auto found = std::ranges::find(proto::reasoning_variants, variant);
  if (found == proto::reasoning_variants.end())
    return std::nullopt;
  return budgets[static_cast<size_t>(found - proto::reasoning_variants.begin())];
}

std::string effort_of(int64_t budget) {
  if (budget <= 4096)
    return "low";
  if (budget <= 8192)
    return "medium";
  return budget <= 16'384 ? "high" : "max";
}

int64_t scaled(int64_t budget, int64_t context_used, int64_t context_size) {
  constexpr double full_from = 0.7;
  if (context_size <= 0 || budget <= least_scaled)
    return budget;
  auto used = static_cast<double>(context_used) / static_cast<double>(context_size);
  if (used < full_from)
    return budget;
  auto share = std::max(0.25, 1 - (used - full_from) / (1 - full_from) * 0.75);
  return std::max(least_scaled, static_cast<int64_t>(static_cast<double>(budget) * share));
}

} // namespace

bool is_variant(std::string_view word) {
  return budget_of(word).has_value();
}

reasoning_choice choose_reasoning(const proto::agent& who, const proto::model& by,
                                  std::string_view variant, int64_t context_used) {
  if (!by.reasoning)
    return {};
  auto chosen = budget_of(variant);
  auto budget = chosen ? chosen : who.reasoning_budget;
  if (!budget)
    budget = by.reasoning_budget;
  if (!budget)
    return {};
  auto within = scaled(*budget, context_used, by.context_size);
  if (chosen && within == *budget)
    return {within, std::string(variant)};
  return {within, within == 0 ? "" : effort_of(within)};
}

} // namespace kodad::actors
