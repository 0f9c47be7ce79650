#include "actors/tools/files/text_file.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
constexpr char32_t surrogates = 0xd800;
constexpr char32_t low_surrogates = 0xdc00;
constexpr char32_t surrogates_end = 0xe000;
constexpr char32_t beyond_plane = 0x10000;

/// What Windows-1252 has at 0x80 to 0x9f; the five that it leaves open stand for themselves.
constexpr std::array<char16_t, 32> windows_1252{
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

void append(std::string& out, char32_t sign) {
  auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (sign < 0x80)
    return put(sign);
  if (sign < 0x800) {
    put(0xc0 | sign >> 6);
  } else if (sign < beyond_plane) {
    put(0xe0 | sign >> 12);
    put(0x80 | (sign >> 6 & 0x3f));
  } else {
    put(0xf0 | sign >> 18);
    put(0x80 | (sign >> 12 & 0x3f));
    put(0x80 | (sign >> 6 & 0x3f));
  }
  put(0x80 | (sign & 0x3f));
}

/// The next sign of valid UTF-8.
char32_t take(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t out = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length && i < text.size(); ++i)
    out = out << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  text.remove_prefix(std::min(length, text.size()));
  return out;
}

/// Nothing for what is no well-formed text: half characters and NULs could not be written back.
std::optional<std::string> from_utf16(std::string_view bytes, bool big) {
  if (bytes.size() % 2 != 0)
    return std::nullopt;
  auto unit = [&](size_t i) {
    auto first = static_cast<unsigned char>(bytes[i]);
    auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big ? first << 8 | second : second << 8 | first);
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (size_t i = 0; i < bytes.size(); i += 2) {
    auto sign = unit(i);
    if (sign >= surrogates && sign < surrogates_end) {
      if (sign >= low_surrogates || i + 2 >= bytes.size())
        return std::nullopt;
      auto low = unit(i += 2);
      if (low < low_surrogates || low >= surrogates_end)
        return std::nullopt;
      sign = beyond_plane + ((sign - surrogates) << 10) + (low - low_surrogates);
    }
    if (sign == 0)
      return std::nullopt;
    append(out, sign);
  }
  return out;
}

std::string to_utf16(std::string_view text, bool big) {
  std::string out;
  auto put = [&](char32_t unit) {
    auto high = static_cast<char>(unit >> 8);
    auto low = static_cast<char>(unit & 0xff);
    out.push_back(big ? high : low);
    out.push_back(big ? low : high);
  };
  put(0xfeff);
  while (!text.empty()) {
    auto sign = take(text);
    if (sign < beyond_plane) {
      put(sign);
      continue;
    }
    put(surrogates + ((sign - beyond_plane) >> 10));
    put(low_surrogates + ((sign - beyond_plane) & 0x3ff));
  }
  return out;
}

std::string from_latin1(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    bool is_special = byte >= 0x80 && byte < 0x80 + windows_1252.size();
    append(out, is_special ? windows_1252[byte - 0x80] : byte);
  }
  return out;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto sign = take(text);
    bool is_special = sign > 0xff || (sign >= 0x80 && sign < 0x80 + windows_1252.size());
    if (is_special) {
      size_t i = 0;
      while (i < windows_1252.size() && windows_1252[i] != sign)
        ++i;
      if (i == windows_1252.size())
        return std::nullopt;
      sign = static_cast<char32_t>(0x80 + i);
    }
    out.push_back(static_cast<char>(sign));
  }
  return out;
}

/// Does a text that is no UTF-8 have characters of UTF-8 all the same?
bool has_utf8_signs(std::string_view bytes) {
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    auto lead = static_cast<unsigned char>(bytes[i]);
    size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length > 0 && proto::text::is_utf8(bytes.substr(i, length)))
      return true;
  }
  return false;
}

proto::error no_sign(std::string_view encoding) {
  return proto::make_error(proto::ec::tool_failed,
                           "the file is " + std::string(encoding) +
                               ", which has no sign for some of the new text; convert the file to "
                               "UTF-8 first, for example with iconv");
}

} // namespace

std::optional<text_file> decode_text(std::string_view bytes) {
  bool is_little = bytes.starts_with("\xff\xfe");
  if (is_little || bytes.starts_with("\xfe\xff")) {
    auto text = from_utf16(bytes.substr(2), !is_little);
    if (!text)
      return std::nullopt;
    auto encoding = is_little ? text_encoding::utf16_little : text_encoding::utf16_big;
    return text_file{encoding, true, std::move(*text)};
  }
  if (bytes.find('\0') != bytes.npos)
    return std::nullopt;
  text_file out;
  out.has_mark = bytes.starts_with(utf8_mark);
  auto text = bytes.substr(out.has_mark ? utf8_mark.size() : 0);
  if (proto::text::is_utf8(text)) {
    out.text = text;
    return out;
  }
  bool is_latin1 = !out.has_mark && !has_utf8_signs(text);
  out.encoding = is_latin1 ? text_encoding::latin1 : text_encoding::broken;
  out.text = is_latin1 ? from_latin1(text) : std::string(text);
  return out;
}

proto::result<std::string> encode_text(const text_file& as, const std::string& text) {
  std::string_view plain = text;
  if (as.has_mark && plain.starts_with(utf8_mark))
    plain.remove_prefix(utf8_mark.size());
  switch (as.encoding) {
  case text_encoding::utf16_little:
  case text_encoding::utf16_big:
    return to_utf16(plain, as.encoding == text_encoding::utf16_big);
  case text_encoding::latin1: {
    auto bytes = to_latin1(plain);
    if (!bytes)
      return no_sign("Latin-1 (Windows-1252)");
    return *bytes;
  }
  case text_encoding::utf8:
  case text_encoding::broken:
    break;
  }
  return (as.has_mark ? std::string(utf8_mark) : std::string()).append(plain);
}

std::string encoding_note(const text_file& file) {
  switch (file.encoding) {
  case text_encoding::utf16_little:
  case text_encoding::utf16_big:
    return "the file is UTF-16 and stays so when it is changed";
  case text_encoding::latin1:
    return "the file is no UTF-8; it is taken for Latin-1 (Windows-1252) and stays so when it is "
           "changed";
  case text_encoding::broken:
    return "some bytes are no UTF-8 and cannot be shown";
  case text_encoding::utf8:
    break;
  }
  return "";
}

} // namespace kodad::actors
