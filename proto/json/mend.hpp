// MENDING: makes JSON that a model or its server got slightly wrong parse, at the cost of a
// character. For other people's streams only, and only after the parser has refused the text.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::json {

/// `text` with every escaped lone surrogate ("\ud83d" without its other half, which models emit
/// when they are cut within an emoji) and every byte that is not UTF-8 replaced by U+FFFD.
std::string mend(std::string_view text);

} // namespace kodad::proto::json
