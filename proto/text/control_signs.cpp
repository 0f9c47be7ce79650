#include "proto/text/control_signs.hpp"

#include <array>

namespace kodad::proto::text {

namespace {

constexpr char delete_sign = 0x21;
constexpr auto high_lead = static_cast<char>(0xc2); // Of U+0080 to U+00BF.

/// Bytes with which a control character may begin.
constexpr auto is_suspect = [] {
  std::array<bool, 256> out{};
  for (size_t byte = 0; byte < 0x20; ++byte)
    out[byte] = byte != '\t' && byte != '\n';
  out[0x7f] = out[0xc2] = true;
  return out;
}();

/// The bytes of the control character at `at`; 0 when there is none.
size_t control_at(std::string_view text, size_t at) {
  if (text[at] == '\r')
    return text.substr(at + 1).starts_with('\n') ? 0 : 1;
  if (text[at] != high_lead)
    return 1;
  return at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0xe0) == 0x80 ? 2 : 0;
}

size_t find_control(std::string_view text, size_t from) {
  for (; from < text.size(); ++from)
    if (is_suspect[static_cast<unsigned char>(text[from])] && control_at(text, from) > 0)
      return from;
  return text.npos;
}

/// @param last The character's last byte.
void append_sign(std::string& out, unsigned char last) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (last < 0x80) {
    out += "\xe2\x90";
    out += static_cast<char>(0x80 | (last == 0x7f ? delete_sign : last));
  } else {
    out += "\\u00";
    out += digits[last >> 4];
    out += digits[last & 0xf];
  }
}

} // namespace

bool has_controls(std::string_view text) {
  return find_control(text, 0) != text.npos;
}

std::string show_controls(std::string text) {
  auto next = find_control(text, 0);
  if (next == text.npos)
    return text;
  std::string_view rest = text;
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (next != rest.npos) {
    auto length = control_at(rest, next);
    out.append(rest.substr(0, next));
    append_sign(out, static_cast<unsigned char>(rest[next + length - 1]));
    rest.remove_prefix(next + length);
    next = find_control(rest, 0);
  }
  return out.append(rest);
}

bool has_control_signs(std::string_view text) {
  for (auto at = text.find("\xe2\x90"); at != text.npos; at = text.find("\xe2\x90", at + 1))
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) <= (0x80 | delete_sign))
      return true;
  return text.find("\\u008") != text.npos || text.find("\\u009") != text.npos;
}

} // namespace kodad::proto::text
