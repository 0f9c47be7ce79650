#include "actors/tools/exec/output_keeper.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

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
  return head_ + "\n(" + std::to_string(cut) + " bytes are left out here)\n" + std::string(tail);
}

std::string output_keeper::unbroken() const {
  if (seen_ == head_.size() + tail_.size())
    return head_ + tail_;
  return head_.substr(0, head_.rfind('\n') + 1);
}

/// Drops ECMA-48 sequences (CSI, OSC, DCS …) and control characters but newline and tab; what a
/// terminal would obey must reach neither a model nor a person's screen.
std::string output_keeper::clean(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    switch (state_) {
    case state::plain:
      if (byte == 0x1b)
        state_ = state::escape;
      else if (byte >= 0x20 ? byte != 0x7f : c == '\n' || c == '\t')
        out.push_back(c);
      break;
    case state::escape:
      if (c == '[')
        state_ = state::control;
      else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
        state_ = state::string;
      else if (byte < 0x20 || byte > 0x2f)
        state_ = state::plain;
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
