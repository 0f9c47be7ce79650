// ANTHROPIC THINKING: how much a call may write, whether the model reasons, and how it samples.
// The three depend on one another: reasoning counts as output, and excludes a temperature.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/anthropic_traits.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto::provider {

enum class thinking_ask : uint8_t {
  nothing, ///< The parameter is left out.
  disabled,
  budget,
  adaptive,
};

struct anthropic_generation {
  int64_t max_tokens = 0; ///< At least 1, and more than `budget`.
  thinking_ask thinking = thinking_ask::nothing;
  int64_t budget = 0;      ///< At least 1024 when asked for by budget.
  std::string_view effort; ///< Empty: none. Lives as long as the request.
  std::optional<double> temperature;
};

/// @param may_begin Whether the messages allow a model with a budget to reason, see
/// `may_begin_thinking` (anthropic_messages.hpp).
anthropic_generation plan_anthropic(const chat_request& from, const anthropic_traits& traits,
                                    bool may_begin);

} // namespace kodad::proto::provider
