#include "actors/tools/search/line_pattern.hpp"

#include <cctype>
#include <optional>

namespace kodad::actors {

namespace {

constexpr std::string_view feed = R"((?:\r?\n))";

std::string or_pair(std::string_view one) {
  return R"((?:\r\n|)" + std::string(one) + ")";
}

/// What flags within the pattern, such as (?s-x), say of it.
struct inner_flags {
  bool verbose = false;   ///< Line feeds in it are no part of it.
  bool dot_stops = false; ///< The dot may not fit line feeds.
};

inner_flags flags_in(std::string_view pattern) {
  inner_flags out;
  for (auto at = pattern.find("(?"); at != pattern.npos; at = pattern.find("(?", at + 1)) {
    bool is_off = false;
    for (auto i = at + 2; i < pattern.size(); ++i) {
      char c = pattern[i];
      if (c != '-' && std::isalpha(static_cast<unsigned char>(c)) == 0)
        break;
      is_off = is_off || c == '-';
      out.verbose = out.verbose || (c == 'x' && !is_off);
      out.dot_stops = out.dot_stops || (c == 's' && is_off);
    }
  }
  return out;
}

/// Behind the class that begins at `open`; nothing where it does not end.
std::optional<size_t> end_of_class(std::string_view pattern, size_t open) {
  size_t depth = 0;
  for (auto i = open; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      ++depth;
      i += pattern.substr(i + 1).starts_with('^') ? 1 : 0;
      i += pattern.substr(i + 1).starts_with(']') ? 1 : 0; // Comes first: one of the signs.
    } else if (pattern[i] == ']' && --depth == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> pieces) {
  for (auto piece : pieces)
    if (text.find(piece) != text.npos)
      return true;
  return false;
}

/// May a class fit a line feed?
bool may_be_feed(std::string_view one) {
  bool names_blanks = has_any(one, {"\\n", "\n", "\\s", "[:space:]", "\\x0a", "\\x0A"});
  bool has_negated = has_any(one.substr(1), {"\\W", "\\D", "\\P", "[:^", "[^"});
  if (one.starts_with("[^"))
    return !names_blanks && !has_negated;
  return names_blanks || has_negated || has_any(one, {"[:cntrl:]", "[:ascii:]"});
}

} // namespace

std::string across_lines(std::string_view pattern) {
  auto flags = flags_in(pattern);
  if (flags.verbose)
    return std::string(pattern);
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    auto rest = pattern.substr(i);
    size_t taken = rest.front() == '\\' && rest.size() > 1 ? 2 : 1;
    auto one = rest.substr(0, taken);
    if (rest.front() == '[') {
      auto end = end_of_class(pattern, i);
      if (!end)
        return std::string(pattern);
      taken = *end - i;
      one = rest.substr(0, taken);
      out += may_be_feed(one) ? or_pair(one) : std::string(one);
    } else if (one == "\\n" || one == "\n") {
      out += feed;
    } else if (one == "\\s" || one == "\\W" || one == "\\D" || (one == "." && !flags.dot_stops)) {
      out += or_pair(one);
    } else {
      out += one;
    }
    i += taken;
  }
  return out;
}

} // namespace kodad::actors
