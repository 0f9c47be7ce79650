// MODEL: one language model of a configured provider, as users know it.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

/// Other prices for calls whose whole prompt has more than `above_tokens` tokens. Without a price
/// of its own for reasoning a tier prices it as output; without one for a cache, as the model does
/// below the tier.
struct cost_tier {
  int64_t above_tokens = 0;
  double cost_input = 0;
  double cost_output = 0;
  std::optional<double> cost_reasoning;
  std::optional<double> cost_cache_read;
  std::optional<double> cost_cache_write;

  bool operator==(const cost_tier&) const = default;

  static constexpr auto fields() {
    return std::tuple(field("above_tokens", &cost_tier::above_tokens),
                      field("cost_input", &cost_tier::cost_input),
                      field("cost_output", &cost_tier::cost_output),
                      field("cost_reasoning", &cost_tier::cost_reasoning),
                      field("cost_cache_read", &cost_tier::cost_cache_read),
                      field("cost_cache_write", &cost_tier::cost_cache_write));
  }
};

/// Which of a model's fields somebody has stated, where nothing said looks like a "no".
struct stated_fields {
  bool reasoning = false;
  bool tool_call = false;
  bool vision = false;
  bool pdf = false;
  bool cost_input = false;
  bool cost_output = false;
};

/// The reasoning strengths that a message's `variant` may name, weakest first.
inline constexpr std::array<std::string_view, 3> reasoning_variants{"low", "high", "max"};

/// Prices are US dollars per million tokens; zero for a model whose price is unknown or nothing.
/// Without a price of their own reasoning costs what output does, and a cache what input does.
struct model {
  model_id id; ///< "provider/name"
  std::string provider_id;
  std::string provider_name;
  std::string name; ///< What the provider calls it.
  int64_t context_size = 0;
  std::optional<int64_t> max_input_tokens;
  std::optional<int64_t> max_output_tokens;
  bool reasoning = false;
  bool tool_call = true;
  bool vision = false;
  double cost_input = 0;
  double cost_output = 0;
  std::optional<double> cost_cache_read;
  std::optional<double> cost_cache_write;
  std::optional<int64_t> reasoning_budget; ///< Tokens, as configured; 0 turns reasoning off.
  std::optional<double> cost_reasoning;
  std::vector<cost_tier> cost_tiers;           ///< By size, smallest first.
  bool pdf = false;                            ///< Takes PDF files.
  std::vector<std::string> reasoning_efforts;  ///< The provider's words for them, weakest first.
  std::optional<int64_t> reasoning_budget_min; ///< Tokens; set for all that take a budget.
  std::optional<int64_t> reasoning_budget_max;
  std::vector<std::string> variants; ///< Those of `reasoning_variants` that make a difference.
  stated_fields stated;              ///< For our own use, not on the wire.
  bool only_responses = false;       ///< A Copilot model without Chat Completions. Not on the wire.

  static constexpr auto fields() {
    return std::tuple(field("id", &model::id), field("provider_id", &model::provider_id),
                      field("provider_name", &model::provider_name), field("name", &model::name),
                      field("context_size", &model::context_size),
                      field("max_input_tokens", &model::max_input_tokens),
                      field("max_output_tokens", &model::max_output_tokens),
                      field("reasoning", &model::reasoning), field("tool_call", &model::tool_call),
                      field("vision", &model::vision), field("cost_input", &model::cost_input),
                      field("cost_output", &model::cost_output),
                      field("cost_cache_read", &model::cost_cache_read),
                      field("cost_cache_write", &model::cost_cache_write),
                      field("reasoning_budget", &model::reasoning_budget),
                      field("cost_reasoning", &model::cost_reasoning),
                      field("cost_tiers", &model::cost_tiers, presence::omit_empty),
                      field("pdf", &model::pdf, presence::omit_empty),
                      field("reasoning_efforts", &model::reasoning_efforts, presence::omit_empty),
                      field("reasoning_budget_min", &model::reasoning_budget_min),
                      field("reasoning_budget_max", &model::reasoning_budget_max),
                      field("variants", &model::variants, presence::omit_empty));
  }
};

/// The part of a model id before its first slash.
inline std::string_view provider_of(const model_id& id) {
  return std::string_view(id.text).substr(0, id.text.find('/'));
}

/// The part after the first slash; may hold slashes itself.
inline std::string_view name_of(const model_id& id) {
  auto slash = id.text.find('/');
  return slash == std::string::npos ? std::string_view()
                                    : std::string_view(id.text).substr(slash + 1);
}

} // namespace kodad::proto
