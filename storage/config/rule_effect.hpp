// RULE EFFECT: permission rules that can never do what they look like: one that a later one takes
// everything from, and patterns that no call is ever judged by. Pure; where it cannot tell, it says
// nothing.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// Does a later pattern match all that an earlier one of the same tool does?
bool takes_all_of(std::string_view tool, std::string_view later, std::string_view earlier);

/// Why a pattern matches no call of a tool, and what would; empty where it may match one.
std::string why_nothing_matches(std::string_view tool, std::string_view pattern);

} // namespace kodad::storage
