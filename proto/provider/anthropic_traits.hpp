// ANTHROPIC TRAITS: what a model takes, judged by its name, for the API says so only in its list of
// models. Names are read wherever they come from: "claude-3-5-haiku-latest", "claude-opus-4.6",
// "anthropic.claude-sonnet-4-5-20250929-v1:0".
#pragma once

#include <cstdint>
#include <string_view>

namespace kodad::proto::provider {

/// How a model is asked to reason.
enum class thinking_form : uint8_t {
  none,     ///< It is not: the parameter is refused.
  budget,   ///< With a number of tokens.
  adaptive, ///< It decides itself; an effort steers it. A budget is refused.
};

struct anthropic_traits {
  bool is_claude = false;
  thinking_form thinking = thinking_form::none;
  bool takes_temperature = true;
  bool sees = false;          ///< It takes images.
  int64_t output_default = 0; ///< Tokens to allow for an answer where nobody says how many.
};

/// @param reasons What is known of a model that is no Claude; a Claude is known by its name.
anthropic_traits anthropic_traits_of(std::string_view name, bool reasons);

} // namespace kodad::proto::provider
