// REASONING: how much a model may reason in one call. Pure.
#pragma once

#include "proto/agent.hpp"
#include "proto/model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::actors {

/// As an adapter wants it: tokens for formats that count them, a word for those that do not.
struct reasoning_choice {
  std::optional<int64_t> budget; ///< 0 turns reasoning off.
  std::string effort;            ///< Empty: the model's own.
};

/// Is this one of "low", "high" and "max"?
bool is_variant(std::string_view word);

/// The turn's variant counts before the agent's `reasoning_budget`, that before the model's own.
/// A budget shrinks, by three quarters at most and not below 3,000 tokens, while the context fills
/// from 70 % on: KodaCode's rule. Nothing is chosen for a model that is not known to reason.
/// @param context_used Prompt tokens of the last call; 0 when there was none.
reasoning_choice choose_reasoning(const proto::agent& who, const proto::model& by,
                                  std::string_view variant, int64_t context_used);

} // namespace kodad::actors
