#include "proto/json/number_range.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace kodad::proto::json {

namespace {

/// Where in the document the reader is: the keys and places that lead there.
class place {
public:
  void enter(char bracket) { levels_.push_back({bracket == '[', 0, {}}); }

  void leave() {
    if (!levels_.empty())
      levels_.pop_back();
  }

  void next() {
    if (!levels_.empty())
      ++levels_.back().index;
  }

  void name(std::string_view key) {
    if (!levels_.empty())
      levels_.back().key = key;
  }

  std::string text() const {
    std::string out;
    for (const auto& one : levels_)
      if (one.is_list)
        out.append("[").append(std::to_string(one.index)).append("]");
      else
        out.append(out.empty() ? "" : ".").append(one.key);
    return out;
  }

private:
  struct level {
    bool is_list;
    size_t index;
    std::string_view key;
  };
  std::vector<level> levels_;
};

bool is_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_too_large(std::string_view number) {
  auto first = number.data();
  auto last = first + number.size();
  if (number.find_first_of(".eE") != std::string_view::npos)
    return std::isinf(std::strtod(std::string(number).c_str(), nullptr));
  int64_t below = 0;
  uint64_t above = 0;
  auto read = number.starts_with('-') ? std::from_chars(first, last, below)
                                      : std::from_chars(first, last, above);
  return read.ec == std::errc::result_out_of_range && read.ptr == last;
}

/// The bytes of the string that begins at `at`, with its quotes.
size_t string_bytes(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && text[end] != '"')
    end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size()) - at;
}

} // namespace

std::optional<error> number_out_of_range(std::string_view text) {
  constexpr size_t shown_bytes = 40;
  place here;
  for (size_t at = 0; at < text.size();) {
    size_t size = 1;
    char c = text[at];
    if (c == '"') {
      size = string_bytes(text, at);
      here.name(size > 1 ? text.substr(at + 1, size - 2) : "");
    } else if (c == '{' || c == '[') {
      here.enter(c);
    } else if (c == '}' || c == ']') {
      here.leave();
    } else if (c == ',') {
      here.next();
    } else if ((c >= '0' && c <= '9') || c == '-') {
      while (at + size < text.size() && is_of_number(text[at + size]))
        ++size;
      if (auto number = text.substr(at, size); is_too_large(number))
        return field_error(ec::invalid_value, here.text(),
                           "the number " + std::string(number.substr(0, shown_bytes)) +
                               (size > shown_bytes ? "…" : "") +
                               " is out of range: whole numbers have 64 bits, others are doubles; "
                               "send it as a string");
    }
    at += size;
  }
  return std::nullopt;
}

} // namespace kodad::proto::json
