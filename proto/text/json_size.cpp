#include "proto/text/json_size.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kodad::proto::text {

namespace {

constexpr size_t mark_bytes = 80; // More than the mark in json_bounded takes.

/// How many bytes each byte becomes: \n, \u0001.
constexpr auto widths = [] {
  std::array<uint8_t, 256> out{};
  for (size_t byte = 0; byte < out.size(); ++byte)
    out[byte] = byte < 0x20 ? 6 : 1;
  for (char c : {'"', '\\', '\b', '\f', '\n', '\r', '\t'})
    out[static_cast<unsigned char>(c)] = 2;
  return out;
}();

} // namespace

size_t json_size(std::string_view text) {
  size_t out = 0;
  for (char c : text)
    out += widths[static_cast<unsigned char>(c)];
  return out;
}

std::string_view json_prefix(std::string_view text, size_t bytes_max) {
  size_t taken = 0;
  size_t bytes = 0;
  while (taken < text.size()) {
    bytes += widths[static_cast<unsigned char>(text[taken])];
    if (bytes > bytes_max)
      return prefix(text, taken);
    ++taken;
  }
  return text;
}

std::string json_bounded(std::string_view text, size_t bytes_max) {
  auto first = json_prefix(text, bytes_max);
  if (first.size() == text.size())
    return std::string(text);
  first = json_prefix(first, bytes_max - std::min(bytes_max, mark_bytes));
  return std::string(first) + "\n(" + std::to_string(text.size() - first.size()) +
         " more bytes are left out of this event)\n";
}

} // namespace kodad::proto::text
