#include "proto/text/regex_literal.hpp"

namespace kodad::proto::text {

std::string regex_literal(std::string_view text) {
  constexpr std::string_view special = R"(\.+*?()|[]{}^$#&-~)";
  std::string out;
  for (char c : text) {
    if (special.find(c) != special.npos)
      out += '\\';
    out += c;
  }
  return out;
}

} // namespace kodad::proto::text
