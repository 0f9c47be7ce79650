// UTF-8: checking, mending and cutting without splitting a character.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

bool is_utf8(std::string_view bytes);

/// `bytes` with every byte that belongs to no character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

/// The same with a mark of split_characters.hpp in place of U+FFFD.
std::string mark_broken_utf8(std::string_view bytes);

/// The longest prefix of `text` of at most `bytes_max` bytes that ends between two characters.
std::string_view prefix(std::string_view text, size_t bytes_max);

/// The longest suffix of `text` of at most `bytes_max` bytes that starts between two characters.
std::string_view suffix(std::string_view text, size_t bytes_max);

/// How many bytes at the end of `bytes` are the start of a character still incomplete (0 to 3).
size_t incomplete_tail(std::string_view bytes);

} // namespace kodad::proto::text
