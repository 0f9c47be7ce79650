// MEANT KEY: which key of the configuration somebody may have meant by one that there is not: the
// nearest in the same section, one of another section, or one that other programs call so.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage {

struct unknown_key {
  std::string_view path; ///< The keys above, with a dot at the end.
  std::string_view key;
  std::span<const std::string_view> own; ///< Those of the same section.
};

/// The full name; empty where none is near.
std::string meant_key(const unknown_key& what);

/// What helps where somebody writes a key that has no near one here: an option of the command line,
/// a key by quite another name. Empty for others.
/// @param name Full.
std::string key_advice(std::string_view name);

/// API-Key, apiKey and API_KEY alike: api_key.
std::string plain_spelling(std::string_view key);

/// "providers[3].id" as "providers[].id".
std::string without_places(std::string_view name);

} // namespace kodad::storage
