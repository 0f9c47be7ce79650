#include "proto/words.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::proto {

std::string joined_words(std::span<const std::string_view> known) {
  std::string out;
  for (size_t i = 0; i < known.size(); ++i)
    out.append(i == 0 ? "" : i + 1 == known.size() ? " or " : ", ").append(known[i]);
  return out;
}

std::string not_this(std::string_view given) {
  constexpr size_t shown_most = 60;
  bool is_shown =
      given.size() <= shown_most && text::is_utf8(given) && std::ranges::all_of(given, [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f;
      });
  if (!is_shown)
    return "";
  return given.empty() ? ", not an empty text" : ", not " + std::string(given);
}

std::string expected_word(std::span<const std::string_view> known, std::string_view given) {
  return "expected " + joined_words(known) + not_this(given) +
         text::guess(text::to_lower(given), known);
}

result<size_t> find_word(std::span<const std::string_view> known, std::string_view given) {
  auto found = std::ranges::find(known, given);
  if (found == known.end())
    return make_error(ec::invalid_value, expected_word(known, given));
  return static_cast<size_t>(found - known.begin());
}

} // namespace kodad::proto
