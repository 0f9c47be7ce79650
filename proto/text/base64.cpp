#include "proto/text/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kodad::proto::text {

namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of each character; -1 for those that are no digits.
constexpr auto values = [] {
  std::array<int8_t, 256> out{};
  out.fill(-1);
  for (size_t i = 0; i < digits.size(); ++i)
    out[static_cast<unsigned char>(digits[i])] = static_cast<int8_t>(i);
  return out;
}();

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    auto group = bytes.substr(at, 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
    for (size_t i = 0; i < 4; ++i)
      out.push_back(i <= group.size() ? digits[bits >> (18 - 6 * i) & 63] : '=');
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t count = 0;
  size_t padding = 0;
  for (char c : text) {
    if (is_space(c))
      continue;
    auto value = values[static_cast<unsigned char>(c)];
    padding += c == '=' ? 1 : 0;
    if (value < 0 && c != '=')
      return std::nullopt;
    if (value >= 0 && padding > 0)
      return std::nullopt; // Nothing follows the padding.
    bits = bits << 6 | static_cast<uint32_t>(std::max<int8_t>(value, 0));
    if (++count % 4 != 0)
      continue;
    for (int shift = 16; shift >= 0; shift -= 8)
      out.push_back(static_cast<char>(bits >> shift & 0xff));
    bits = 0;
  }
  if (count % 4 != 0 || padding > 2)
    return std::nullopt;
  for (size_t i = 0; i < padding; ++i) {
    if (out.back() != '\0')
      return std::nullopt; // Bits that belong to no byte.
    out.pop_back();
  }
  return out;
}

} // namespace kodad::proto::text
