// OUTPUT KEEPER: what is kept of a command's output: its head and its tail, in valid UTF-8, without
// control characters and terminal sequences. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kodad::actors {

class output_keeper {
public:
  /// @param bytes_max Half of it for the head, half for the tail.
  explicit output_keeper(size_t bytes_max) : half_(bytes_max / 2) {}

  /// Takes bytes in as they come and returns what of them can be shown now, cleaned. A character
  /// or sequence still incomplete waits for the next call.
  std::string add(std::string_view bytes);

  /// All that was kept; says how much is missing in between.
  std::string text() const;

  /// What was kept without a gap from the start: all of it, or the head's whole lines.
  std::string unbroken() const;

  /// Does a text that `text` made say that something is missing?
  static bool says_cut(std::string_view text);

  size_t bytes_seen() const { return seen_; }

private:
  enum class state { plain, escape, control, string, string_escape };

  std::string clean(std::string_view bytes);
  static state after_escape(char c);
  void take_high_control(unsigned char byte);

  size_t half_;
  size_t seen_ = 0;
  std::string rest_; // An incomplete character.
  std::string head_;
  std::string tail_;
  state state_ = state::plain;
};

} // namespace kodad::actors
