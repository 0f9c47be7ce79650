#include "storage/config/api_key.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

} // namespace

std::string without_blanks(std::string_view secret) {
  std::string out(secret);
  out.erase(out.find_last_not_of(blanks) + 1);
  out.erase(0, out.find_first_not_of(blanks));
  return out;
}

std::string api_key_fault(std::string_view key) {
  if (has_control(key))
    return "expected a key without line breaks and control characters";
  if (!is_ascii(key))
    return "expected a key of ASCII characters; are there typographic quotes around it?";
  if (proto::text::to_lower(key).starts_with("bearer "))
    return "expected the key alone, without the word Bearer";
  if (key.starts_with('<') && key.ends_with('>'))
    return "expected a key, not a place for one in < and >";
  return "";
}

std::string token_fault(std::string_view token) {
  // A guess at a short token takes minutes over loopback; an empty one guards nothing.
  if (token.size() < 16)
    return "expected tokens of at least 16 characters";
  if (has_control(token) || !is_ascii(token) || token.find(' ') != token.npos)
    return "expected tokens of visible ASCII characters, without blanks";
  return "";
}

} // namespace kodad::storage
