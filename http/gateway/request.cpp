#include "http/gateway/request.hpp"

#include <algorithm>

namespace kodad::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::string decode_query_part(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced)
    if (c == '+')
      c = ' ';
  return percent_decode(spaced).value_or(std::string(text));
}

} // namespace

std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name)
      return std::string_view(value);
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size())
      return std::nullopt;
    int high = hex_digit(text[i + 1]);
    int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::optional<std::string_view> request::header(std::string_view name) const {
  return find_header(headers, to_lower(name));
}

std::optional<std::string> request::query_value(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    auto field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    // Only the first '=' divides: base64 cursors end in '='.
    auto key = field.substr(0, field.find('='));
    if (decode_query_part(key) != name)
      continue;
    return key.size() == field.size() ? "" : decode_query_part(field.substr(key.size() + 1));
  }
  return std::nullopt;
}

} // namespace kodad::http
