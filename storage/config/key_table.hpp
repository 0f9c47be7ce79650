// KEY TABLE: every key of the configuration with what it takes, what holds without it, and what it
// does. The keys, their ranges and their defaults are those that the loader asks for; only the last
// column is written by hand, and a test finds a key that has none there.
#pragma once

#include "storage/config/findings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage {

/// In the order in which they are read.
const std::vector<known_key>& known_keys();

/// A sentence about a key that is used; empty for one that has none.
std::string_view meaning_of(std::string_view key);

/// The names that `meaning_of` knows.
std::vector<std::string_view> keys_with_meaning();

/// The table in Markdown, and below it the keys that have no effect. Ends in a line feed.
std::string key_table_text();

} // namespace kodad::storage
