#include "actors/provider/sim/sim_below.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  auto first = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Did one of the wishes take this text as its own?
bool is_taken(const sim_wishes& asked, std::string_view text) {
  return std::ranges::any_of(asked.all, [text](const sim_wish& wish) {
    return !wish.text.empty() && trim(wish.text) == trim(text);
  });
}

/// Says nothing but thanks.
bool is_courtesy(std::string_view text) {
  return trim(text).empty() ||
         std::ranges::all_of(split_line(trim(text)), [](const sim_word& word) {
           return is_one_of(word.lower,
                            "thanks thank you please very many a lot cheers regards best so much");
         });
}

bool asks_for_something(std::string_view lines) {
  while (!lines.empty()) {
    auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!read_wishes(line).all.empty())
      return true;
  }
  return false;
}

} // namespace

std::string note_on_lines_below(std::string_view prompt, const sim_wishes& asked) {
  auto about = divide(prompt);
  std::string left(trim(about.rest));
  bool is_unclear = std::ranges::any_of(
      asked.all, [](const auto& wish) { return wish.what == sim_wish::kind::unclear; });
  if (is_unclear || is_taken(asked, left)) // What is unclear was said already.
    return {};
  if (about.block && (asked.all.empty() || is_taken(asked, *about.block)))
    left = std::string(about.before_block) + "\n" + std::string(about.after_block);
  if (is_courtesy(left) || (asked.all.empty() && !asks_for_something(left)))
    return {};
  return "I act on the first line of a message alone, as what stands below it may be pasted from "
         "anywhere: with the other lines I did nothing. Send each request as a message, or all of "
         "them in one line.\n\n";
}

} // namespace kodad::actors
