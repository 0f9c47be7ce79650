#include "proto/json/mend.hpp"

#include "proto/text/split_characters.hpp"
#include "proto/text/utf8.hpp"

#include <charconv>
#include <cstdint>

namespace kodad::proto::json {

namespace {

constexpr size_t escape_bytes = 6; // \uXXXX

/// The code unit of a "\uXXXX" at the start of `text`; -1 when there is none.
int32_t escaped_unit(std::string_view text) {
  if (text.size() < escape_bytes || !text.starts_with("\\u"))
    return -1;
  int32_t unit = 0;
  auto last = text.data() + escape_bytes;
  auto [end, code] = std::from_chars(text.data() + 2, last, unit, 16);
  return code == std::errc() && end == last ? unit : -1;
}

bool is_high(int32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

bool is_low(int32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

} // namespace

std::string mend(std::string_view text, half halves) {
  std::string valid;
  if (!text::is_utf8(text)) {
    valid = halves == half::marked ? text::mark_broken_utf8(text) : text::to_valid_utf8(text);
    text = valid;
  }
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    size_t taken = 1;
    auto unit = escaped_unit(text);
    if (text.front() != '\\')
      taken = std::min(text.find('\\'), text.size());
    else if (is_high(unit) && is_low(escaped_unit(text.substr(escape_bytes))))
      taken = 2 * escape_bytes;
    else if (is_high(unit) || is_low(unit)) {
      if (halves == half::marked)
        text::mark_surrogate(out, static_cast<uint32_t>(unit));
      else
        out.append("\\ufffd");
      text.remove_prefix(escape_bytes);
      continue;
    } else
      taken = std::min<size_t>(2, text.size()); // Also steps over an escaped backslash.
    out.append(text.substr(0, taken));
    text.remove_prefix(taken);
  }
  return out;
}

std::string close_ends(std::string_view text) {
  constexpr size_t missing_max = 3;
  std::string open; // What would close the levels that are open, the innermost last.
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (in_string && c == '\\')
      ++at;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '{' || c == '['))
      open.push_back(c == '{' ? '}' : ']');
    else if (!in_string && !open.empty() && c == open.back())
      open.pop_back();
  }
  std::string out(text);
  if (!in_string && open.size() <= missing_max)
    out.append(open.rbegin(), open.rend());
  return out;
}

} // namespace kodad::proto::json
