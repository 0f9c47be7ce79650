#include "actors/turn/title.hpp"

#include "proto/text/utf8.hpp"

namespace kodad::actors {

namespace {

constexpr size_t words_max = 8;
constexpr size_t bytes_max = 60;
constexpr std::string_view blanks = " \t\r\n";

} // namespace

std::string make_title(std::string_view content) {
  auto start = content.find_first_not_of(blanks);
  if (start == std::string_view::npos)
    return "";
  auto line = content.substr(start, content.find('\n', start) - start);
  std::string out;
  size_t words = 0;
  for (size_t at = 0; at < line.size();) {
    auto first = line.find_first_not_of(blanks, at);
    if (first == std::string_view::npos)
      break;
    auto last = std::min(line.find_first_of(blanks, first), line.size());
    auto word = line.substr(first, last - first);
    if (++words > words_max || out.size() + 1 + word.size() > bytes_max) {
      if (out.empty())
        out = proto::text::prefix(word, bytes_max);
      return out + "…";
    }
    out += (out.empty() ? "" : " ") + std::string(word);
    at = last;
  }
  return out;
}

} // namespace kodad::actors
