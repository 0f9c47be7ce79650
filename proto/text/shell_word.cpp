#include "proto/text/shell_word.hpp"

namespace kodad::proto::text {

std::string shell_word(std::string_view word) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos)
    return std::string(word);
  std::string out = "'";
  for (char c : word)
    c == '\'' ? out.append("'\\''") : out.append(1, c);
  return out + "'";
}

} // namespace kodad::proto::text
