// MENDING: makes JSON that a model or its server got slightly wrong parse, at the cost of a
// character. For other people's streams only, and only after the parser has refused the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::proto::json {

/// What becomes of half a character.
enum class half : uint8_t {
  replaced, ///< U+FFFD
  marked,   ///< As in text/split_characters.hpp: the next event may have the other half.
};

/// `text` with every escaped lone surrogate ("\ud83d" without its other half, which models emit
/// when they are cut within an emoji) and every byte that is not UTF-8 replaced or marked.
std::string mend(std::string_view text, half halves = half::replaced);

/// `text` with the braces and brackets that it lacks at its end. Text that lacks more than three,
/// or ends within a string, is not slightly wrong and stays as it is. Only for text that is known
/// to be all that was sent: of one that was cut off this makes something else.
std::string close_ends(std::string_view text);

} // namespace kodad::proto::json
