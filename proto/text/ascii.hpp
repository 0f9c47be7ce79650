// ASCII: letters without regard to case, as protocols mean it: those of A to Z alone, whatever the
// locale and the encoding of the rest.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    c = to_lower(c);
  return out;
}

} // namespace kodad::proto::text
