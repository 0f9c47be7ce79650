// NEAREST WORD: which known word somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kodad::proto::text {

/// The known word with the fewest edits from `word`; empty when none is near (more edits than a
/// third of its length, and at least two).
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

/// "; did you mean WORD?" of the nearest one; empty when none is near.
std::string guess(std::string_view word, std::span<const std::string_view> known);

} // namespace kodad::proto::text
