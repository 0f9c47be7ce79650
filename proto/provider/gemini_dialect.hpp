// GEMINI DIALECT: how the generations of Gemini differ, told by the model's name. 2.5 is given a
// budget of tokens to think with, 3 and later a level; giving both is refused. From 3 on, a call
// that is sent back without a signature is refused too.
#pragma once

#include "proto/chat.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto::provider {

/// What `thinkingConfig` says.
struct gemini_thinking {
  bool shown = true;             ///< Summaries of the thoughts are wanted.
  std::optional<int64_t> budget; ///< Tokens.
  std::string_view level;        ///< Empty: the model's own.
};

/// Nothing for a model that is not known to think. Without a wish of the request only the thoughts
/// are asked for; how much to think is then the model's decision.
///
/// Where thinking cannot be turned off (2.5 Pro, 3 and later), it is turned down as far as every
/// such model allows, and its thoughts are not shown.
std::optional<gemini_thinking> thinking_of(const chat_request& request);

/// Does the model refuse calls in the conversation that lack their signature?
bool checks_signatures(std::string_view model_name);

} // namespace kodad::proto::provider
