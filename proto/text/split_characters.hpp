// SPLIT CHARACTERS: a character whose halves come in two events of a stream: the two "\u" halves of
// a surrogate pair, or the bytes of one UTF-8 sequence. A half is no text that a string could hold;
// until its other half comes, a mark stands for it: the noncharacter U+FDD0, which nobody sends,
// and a second character that says which half it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::text {

/// Appends the mark of a surrogate, 0xd800 to 0xdfff.
void mark_surrogate(std::string& to, uint32_t unit);

/// Appends the mark of a byte that belongs to no character.
void mark_byte(std::string& to, unsigned char byte);

/// What becomes of a half that stays alone.
enum class lone_half : uint8_t {
  replaced, ///< U+FFFD
  spelled,  ///< "\ud83d" of a surrogate, "\x9f" of a byte: no JSON string can hold either.
};

/// Makes one character of marked halves that follow one another, in one text or several.
class half_joiner {
public:
  explicit half_joiner(lone_half alone = lone_half::replaced) : alone_(alone) {}

  /// `more` without its marks. Halves at its very end are held back.
  std::string feed(std::string_view more);

  /// Nothing more comes: what was held back.
  std::string flush();

  bool empty() const { return halves_.empty(); }

private:
  void take(uint32_t half, std::string& out);
  void settle(std::string& out);
  void settle_bytes(std::string& out);
  void give_up(uint32_t half, std::string& out) const;

  lone_half alone_;
  std::vector<uint32_t> halves_; ///< One high surrogate, or up to three bytes.
};

/// All of `text` at once.
std::string join_halves(std::string_view text, lone_half alone = lone_half::replaced);

} // namespace kodad::proto::text
