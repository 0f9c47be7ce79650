// OPENAI REASONING: which of OpenAI's models reason, and with which effort, told by their names,
// because their list of models does not tell. A parameter or a value that a model does not know
// makes OpenAI refuse the whole request, so an effort is always moved into the model's own range.
#pragma once

#include "proto/chat.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto::provider {

struct reasoning_abilities {
  std::optional<bool> reasons;    ///< Nothing where the name says nothing.
  std::string_view least = "low"; ///< Efforts: none, minimal, low, medium, high, xhigh, max.
  std::string_view most = "high"; ///< The one that all reasoning models know.
  bool tools_bar_effort = false;  ///< In Chat Completions: an effort and tools exclude each other.
};

/// @param name With or without a vendor before its last slash.
reasoning_abilities abilities_of(std::string_view name);

/// May the request speak of reasoning (and must it not speak of temperature)? Where the name tells
/// nothing, it may if the model is known to reason or the request asks for it.
bool asks_reasoning(const chat_request& request);

/// The effort to ask for, from the request's effort or else its budget; empty for the model's own.
/// A budget of 0 gives the least that the model knows, "max" the most.
std::string_view openai_effort(const chat_request& request);

} // namespace kodad::proto::provider
