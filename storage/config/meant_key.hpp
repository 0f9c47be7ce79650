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

/// "providers[3].id" as "providers[].id".
std::string without_places(std::string_view name);

} // namespace kodad::storage
