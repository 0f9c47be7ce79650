#include "proto/text/utf8.hpp"

#include "proto/json/reader.hpp"
#include "proto/text/split_characters.hpp"

namespace kodad::proto::text {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

bool is_ascii(std::string_view bytes) {
  unsigned char all = 0;
  for (char c : bytes)
    all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

/// The length that a lead byte promises; 0 for a byte that leads nothing.
size_t promised_length(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80)
    return 1;
  if (byte >= 0xc2 && byte < 0xe0)
    return 2;
  if (byte >= 0xe0 && byte < 0xf0)
    return 3;
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

} // namespace

bool is_utf8(std::string_view bytes) {
  // Most texts are names and short words, for which a look at each byte is faster.
  constexpr size_t short_bytes = 64;
  return (bytes.size() <= short_bytes && is_ascii(bytes)) || json::is_valid_utf8(bytes);
}

namespace {

/// @param add_broken Appends what stands for the bytes at the start of its second argument that
///                   belong to no character, and says how many they are.
template <class AddBroken>
std::string copy_characters(std::string_view bytes, AddBroken add_broken) {
  std::string out;
  out.reserve(bytes.size() + replacement.size());
  for (size_t at = 0; at < bytes.size();) {
    auto length = promised_length(bytes[at]);
    if (length > 0 && at + length <= bytes.size() && is_utf8(bytes.substr(at, length))) {
      out.append(bytes.substr(at, length));
      at += length;
    } else {
      at += static_cast<size_t>(add_broken(out, bytes.substr(at)));
    }
  }
  return out;
}

} // namespace

std::string to_valid_utf8(std::string_view bytes) {
  return copy_characters(bytes, [](std::string& out, std::string_view) {
    out.append(replacement);
    return 1;
  });
}

std::string mark_broken_utf8(std::string_view bytes) {
  return copy_characters(bytes, [](std::string& out, std::string_view rest) {
    auto byte = [&](size_t place) { return static_cast<unsigned char>(rest[place]); };
    // A surrogate in three bytes, as if it were a character.
    bool encoded = rest.size() >= 3 && byte(0) == 0xed && byte(1) >= 0xa0 &&
                   is_continuation(rest[1]) && is_continuation(rest[2]);
    if (encoded)
      mark_surrogate(out, 0xd000u | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu));
    else
      mark_byte(out, byte(0));
    return encoded ? 3 : 1;
  });
}

std::string_view prefix(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  while (bytes_max > 0 && is_continuation(text[bytes_max]))
    --bytes_max;
  return text.substr(0, bytes_max);
}

std::string_view suffix(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  auto start = text.size() - bytes_max;
  while (start < text.size() && is_continuation(text[start]))
    ++start;
  return text.substr(start);
}

size_t incomplete_tail(std::string_view bytes) {
  for (size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    char c = bytes[bytes.size() - back];
    if (!is_continuation(c))
      return promised_length(c) > back ? back : 0;
  }
  return 0;
}

} // namespace kodad::proto::text
