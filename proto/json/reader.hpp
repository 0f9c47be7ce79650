// The JSON READER: whole documents into a tree that can be walked. Thin over simdjson's DOM, which
// checks the whole text, UTF-8 and depth included (its On-Demand front end does not).
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"

#include <optional>
#include <simdjson.h>
#include <string_view>

namespace kodad::proto::json {

/// A node of a parsed document; lives as long as the parser and until its next `parse`.
using value = simdjson::dom::element;
using object = simdjson::dom::object;
using array = simdjson::dom::array;

/// Parses one document at a time and keeps its memory for the next. Not thread-safe.
class parser {
public:
  /// Fails with `invalid_json`, saying where, for anything but one valid document of at most
  /// `depth` levels. Another depth than the last time costs memory anew.
  result<value> parse(std::string_view text, size_t depth = limits::json_depth);

  /// Like `parse`, but the document must be an object.
  result<object> parse_object(std::string_view text);

private:
  simdjson::dom::parser parser_;
};

/// Fails with `invalid_value`, naming the key, when an object anywhere in `text` has a key twice.
/// Text that is no JSON passes: it fails elsewhere.
result<void> refuse_duplicate_keys(std::string_view text);

bool is_valid_utf8(std::string_view bytes);

// Look-ups for trees whose shape is somebody else's: absent, null and wrongly typed all give
// nothing. Where a key stands twice, the last wins.
std::optional<value> find(const object& from, std::string_view key);
std::optional<std::string_view> find_string(const object& from, std::string_view key);
std::optional<int64_t> find_integer(const object& from, std::string_view key);
std::optional<double> find_number(const object& from, std::string_view key);
std::optional<bool> find_bool(const object& from, std::string_view key);
std::optional<object> find_object(const object& from, std::string_view key);
std::optional<array> find_array(const object& from, std::string_view key);

/// The text of a node, minified.
std::string to_text(const value& node);

} // namespace kodad::proto::json
