// REGEX LITERAL: any text as a regular expression that fits just that text. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

/// In the syntax of ripgrep, also within brackets.
std::string regex_literal(std::string_view text);

} // namespace kodad::proto::text
