// DIFF: the unified difference of two texts, made by libgit2.
#pragma once

#include <string>
#include <string_view>

namespace kodad::actors {

/// Empty when the texts are equal, binary, or too large to compare.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

} // namespace kodad::actors
