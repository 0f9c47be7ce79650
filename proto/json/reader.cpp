#include "proto/json/reader.hpp"

#include "proto/limits.hpp"

#include <set>

namespace kodad::proto::json {

namespace {

template <class T>
std::optional<T> find_as(const object& from, std::string_view key) {
  auto node = find(from, key);
  if (!node)
    return std::nullopt;
  T out{};
  if (node->get(out) != simdjson::SUCCESS)
    return std::nullopt;
  return out;
}

/// The first key that stands twice in an object of the tree. Depth is bounded by the parser.
std::optional<std::string> duplicate_key(const value& node) {
  if (array items; node.get(items) == simdjson::SUCCESS) {
    for (auto item : items)
      if (auto found = duplicate_key(item))
        return found;
  }
  object entries;
  if (node.get(entries) != simdjson::SUCCESS)
    return std::nullopt;
  std::set<std::string_view> seen;
  for (auto entry : entries) {
    if (!seen.insert(entry.key).second)
      return std::string(entry.key);
    if (auto found = duplicate_key(entry.value))
      return found;
  }
  return std::nullopt;
}

} // namespace

result<value> parser::parse(std::string_view text, size_t depth) {
  if (text.size() > parser_.capacity() || parser_.max_depth() != depth) {
    if (parser_.allocate(text.size() + 64, depth) != simdjson::SUCCESS)
      return make_error(ec::internal, "no memory for a JSON document");
  }
  value root;
  auto code = parser_.parse(text.data(), text.size()).get(root);
  if (code != simdjson::SUCCESS)
    return make_error(ec::invalid_json, std::string("invalid JSON: ") + error_message(code));
  return root;
}

result<object> parser::parse_object(std::string_view text) {
  auto root = parse(text);
  if (!root)
    return root.failure();
  object out;
  if (root->get(out) != simdjson::SUCCESS)
    return make_error(ec::invalid_json, "the JSON text is not an object");
  return out;
}

result<void> refuse_duplicate_keys(std::string_view text) {
  parser reading;
  auto root = reading.parse(text);
  if (!root)
    return {};
  if (auto key = duplicate_key(*root))
    return field_error(ec::invalid_value, *key, "this key stands twice");
  return {};
}

bool is_valid_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::optional<value> find(const object& from, std::string_view key) {
  std::optional<value> found;
  for (auto entry : from)
    if (entry.key == key)
      found = entry.value;
  if (found && found->is_null())
    return std::nullopt;
  return found;
}

std::optional<std::string_view> find_string(const object& from, std::string_view key) {
  return find_as<std::string_view>(from, key);
}

std::optional<int64_t> find_integer(const object& from, std::string_view key) {
  return find_as<int64_t>(from, key);
}

std::optional<double> find_number(const object& from, std::string_view key) {
  return find_as<double>(from, key);
}

std::optional<bool> find_bool(const object& from, std::string_view key) {
  return find_as<bool>(from, key);
}

std::optional<object> find_object(const object& from, std::string_view key) {
  return find_as<object>(from, key);
}

std::optional<array> find_array(const object& from, std::string_view key) {
  return find_as<array>(from, key);
}

std::string to_text(const value& node) {
  return simdjson::minify(node);
}

} // namespace kodad::proto::json
