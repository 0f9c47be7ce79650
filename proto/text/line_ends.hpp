// LINE ENDS: where lines end in a text, by LF or CR. Each letter is looked for by itself, once: a
// search for both at a time (`find_first_of`) asks byte by byte and is many times slower.
#pragma once

#include <algorithm>
#include <string_view>

namespace kodad::proto::text {

class line_ends {
public:
  /// @param text Outlives the object.
  explicit line_ends(std::string_view text) : text_(text) {}

  /// The place of the first LF or CR from `from` on, which never goes back; npos for none.
  size_t next(size_t from) { return std::min(find('\n', lf_, from), find('\r', cr_, from)); }

private:
  /// Looks on only when what was found lies behind.
  size_t find(char which, size_t& known, size_t from) const {
    if (known == unknown || (known != std::string_view::npos && known < from))
      known = text_.find(which, from);
    return known;
  }

  static constexpr size_t unknown = std::string_view::npos - 1;

  std::string_view text_;
  size_t lf_ = unknown;
  size_t cr_ = unknown;
};

} // namespace kodad::proto::text
