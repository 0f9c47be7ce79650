#include "proto/ids.hpp"

namespace kodad::proto {

namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t time_length = 10;
constexpr size_t random_length = 26;

void append_time(std::string& out, int64_t now_ms) {
  for (int shift = 45; shift >= 0; shift -= 5)
    out.push_back(alphabet[static_cast<size_t>(now_ms >> shift) & 31]);
}

void append_random(std::string& out, const random_bits& bits) {
  unsigned buffer = 0;
  int filled = 0;
  for (uint8_t byte : bits) {
    buffer = (buffer << 8 | byte) & 0xffff;
    for (filled += 8; filled >= 5; filled -= 5)
      out.push_back(alphabet[buffer >> (filled - 5) & 31]);
  }
  out.push_back(alphabet[buffer << (5 - filled) & 31]);
}

} // namespace

std::string make_id_text(std::string_view prefix, int64_t now_ms, const random_bits& bits) {
  std::string out;
  out.reserve(prefix.size() + 1 + time_length + random_length);
  out.append(prefix);
  out.push_back('_');
  append_time(out, now_ms);
  append_random(out, bits);
  return out;
}

std::optional<int64_t> time_of_id(std::string_view text) {
  auto begin = text.rfind('_');
  if (begin == std::string_view::npos || text.size() - begin != 1 + time_length + random_length)
    return std::nullopt;
  int64_t out = 0;
  for (char c : text.substr(begin + 1, time_length)) {
    auto digit = alphabet.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    out = out << 5 | static_cast<int64_t>(digit);
  }
  return out;
}

bool is_id_text(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + 1 + time_length + random_length)
    return false;
  if (!text.starts_with(prefix) || text[prefix.size()] != '_')
    return false;
  return text.substr(prefix.size() + 1).find_first_not_of(alphabet) == std::string_view::npos;
}

} // namespace kodad::proto
