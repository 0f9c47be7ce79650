// DIFF: the unified difference of two texts, for people to read: bounded, but never missing. Made
// by libgit2 where the parts that differ are of a size that it compares quickly.
#pragma once

#include <string>
#include <string_view>

namespace kodad::actors {

/// Valid UTF-8 of at most `limits::diff_bytes`; a longer one is cut behind a line, and a last line
/// tells how many are missing. Empty only when the texts are equal.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

} // namespace kodad::actors
