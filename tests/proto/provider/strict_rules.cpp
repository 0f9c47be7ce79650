#include "tests/proto/provider/strict_rules.hpp"

#include <algorithm>
#include <cctype>

namespace kodad::test {

bool blank(std::string_view text) {
  while (!text.empty()) {
    size_t size = std::isspace(static_cast<unsigned char>(text.front())) ? 1
                  : text.starts_with("\u00a0")                           ? 2
                  : text.starts_with("\u3000")                           ? 3
                                                                         : 0;
    if (size == 0)
      return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_word(std::string_view text, size_t longest, std::string_view also) {
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [also](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || also.find(c) != std::string_view::npos;
  });
}

bool is_name(std::string_view text) {
  return is_word(text, 64) &&
         (text.front() == '_' || std::isalpha(static_cast<unsigned char>(text.front())));
}

bool is_object(std::string_view text) {
  json::parser parse;
  return parse.parse_object(text).ok();
}

std::string_view text_at(const json::object& from, std::string_view key) {
  return json::find_string(from, key).value_or("");
}

bool has_only(const json::object& from, const std::set<std::string_view>& keys) {
  return std::ranges::all_of(from, [&keys](const auto& field) { return keys.contains(field.key); });
}

std::optional<json::object> read_body(json::parser& parse, std::string_view body,
                                      complaint_book& book) {
  auto root = parse.parse_object(body);
  if (!book.expect(root.ok(), "not a JSON object"))
    return std::nullopt;
  return *root;
}

} // namespace kodad::test
