// WORDS: a value that is one of a few words, as a request or the configuration spells it. The one
// place where such a word is read, so that whoever misspells one hears which there are. A type of
// such values has `constexpr auto words(E)` beside it, an array of its words in order.
#pragma once

#include "proto/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace kodad::proto {

template <class T>
concept worded_enum = std::is_enum_v<T> && requires(T x) {
  words(x)[0];
};

/// `expected allow, ask or deny, not dney; did you mean deny?`
std::string expected_word(std::span<const std::string_view> known, std::string_view given);

/// ", not WORD": what stands there instead, if it is short and can be shown; else empty.
std::string not_this(std::string_view given);

/// The place of the word among those known. Fails with `invalid_value`.
result<size_t> find_word(std::span<const std::string_view> known, std::string_view given);

template <worded_enum E>
result<void> read_word(std::string_view given, E& out) {
  auto known = words(out);
  auto found = find_word(known, given);
  if (!found)
    return found.failure();
  out = static_cast<E>(*found);
  return {};
}

/// "allow, ask or deny"
std::string joined_words(std::span<const std::string_view> known);

} // namespace kodad::proto
