#include "actors/tools/exec/output_keeper.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

constexpr std::string_view cut_mark =
    " bytes are left out here; to see them, send the output to a file and read the part you "
    "need)\n";

constexpr unsigned char high_lead = 0xc2; // Of U+0080 to U+00BF, of which half are controls.

/// Bytes that pass outside of a sequence whatever follows: those of control characters do not, but
/// newline and tab.
constexpr auto is_shown = [] {
  std::array<bool, 256> out{};
  for (size_t byte = 0x20; byte < out.size(); ++byte)
    out[byte] = byte != 0x7f && byte != high_lead;
  out['\n'] = out['\t'] = true;
  return out;
}();

} // namespace

std::string output_keeper::add(std::string_view bytes) {
  rest_.append(bytes);
  auto whole = rest_.size() - proto::text::incomplete_tail(rest_);
  auto shown = clean(proto::text::to_valid_utf8(std::string_view(rest_).substr(0, whole)));
  rest_.erase(0, whole);
  seen_ += shown.size();
  auto room = half_ - std::min(half_, head_.size());
  auto first = proto::text::prefix(shown, room);
  head_.append(first);
  tail_.append(shown, first.size());
  // Cut in large steps, so that a flood costs a copy now and then and not with each piece.
  if (tail_.size() > 4 * half_)
    tail_ = proto::text::suffix(tail_, half_);
  return shown;
}

std::string output_keeper::text() const {
  auto tail = proto::text::suffix(tail_, half_);
  auto cut = seen_ - head_.size() - tail.size();
  if (cut == 0)
    return head_ + std::string(tail);
  return head_ + "\n(" + std::to_string(cut) + std::string(cut_mark) + std::string(tail);
}

bool output_keeper::says_cut(std::string_view text) {
  return text.find(cut_mark) != std::string_view::npos;
}

std::string output_keeper::unbroken() const {
  if (seen_ == head_.size() + tail_.size())
    return head_ + tail_;
  return head_.substr(0, head_.rfind('\n') + 1);
}

/// What the character behind an escape begins or ends.
output_keeper::state output_keeper::after_escape(char c) {
  if (c == '[')
    return state::control;
  if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
    return state::string;
  return c < 0x20 || c > 0x2f ? state::plain : state::escape;
}

/// U+0080 to U+009F do what an escape and a letter do.
void output_keeper::take_high_control(unsigned char byte) {
  constexpr unsigned char terminator = 0x9c;
  bool is_within = state_ == state::string || state_ == state::string_escape;
  if (!is_within || byte == terminator)
    state_ = after_escape(static_cast<char>(byte - 0x40));
}

/// Drops ECMA-48 sequences (CSI, OSC, DCS …) and control characters but newline and tab; what a
/// terminal would obey must reach neither a model nor a person's screen.
/// @pre `bytes` are whole characters.
std::string output_keeper::clean(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    char c = bytes[i];
    auto byte = static_cast<unsigned char>(c);
    if (byte == high_lead && static_cast<unsigned char>(bytes[i + 1]) < 0xa0) {
      take_high_control(static_cast<unsigned char>(bytes[++i]));
      continue;
    }
    // No sequence has such a character in it; it ends here, and the character stays whole.
    if (byte >= 0x80 && (state_ == state::escape || state_ == state::control))
      state_ = state::plain;
    switch (state_) {
    case state::plain:
      if (is_shown[byte]) { // Nearly always, and then for long: taken at once.
        auto first = i;
        while (i + 1 < bytes.size() && is_shown[static_cast<unsigned char>(bytes[i + 1])])
          ++i;
        out.append(bytes.substr(first, i + 1 - first));
        break;
      }
      if (byte == high_lead)
        out.append(bytes.substr(i++, 2));
      if (byte == 0x1b)
        state_ = state::escape;
      break;
    case state::escape:
      state_ = after_escape(c);
      break;
    case state::control:
      if (byte >= 0x40)
        state_ = state::plain;
      break;
    case state::string:
      if (byte == 0x1b)
        state_ = state::string_escape;
      else if (byte == 0x07 || c == '\n')
        state_ = state::plain;
      break;
    case state::string_escape:
      state_ = c == '\\' ? state::plain : state::string;
      break;
    }
  }
  return out;
}

} // namespace kodad::actors
