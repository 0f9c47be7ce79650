#include "proto/provider/think_tags.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view open_tag = "<think>";
constexpr std::string_view close_tag = "</think>";
constexpr std::string_view blanks = " \t\r\n";

/// How many bytes at the end of `text` are the start of `tag`.
size_t tag_start(std::string_view text, std::string_view tag) {
  for (auto size = std::min(text.size(), tag.size() - 1); size > 0; --size)
    if (text.ends_with(tag.substr(0, size)))
      return size;
  return 0;
}

} // namespace

think_splitter::pieces think_splitter::feed(std::string_view more) {
  pieces out;
  if (state_ == state::outside) {
    out.text = more;
    return out;
  }
  held_.append(more);
  if (state_ == state::start)
    take_start(out);
  if (state_ == state::inside)
    take_inside(out);
  if (state_ == state::closed)
    take_closed(out);
  return out;
}

void think_splitter::take_start(pieces& out) {
  auto first = std::min(held_.find_first_not_of(blanks), held_.size());
  auto seen = std::string_view(held_).substr(first, open_tag.size());
  if (seen == open_tag) {
    held_.erase(0, first + open_tag.size());
    state_ = state::inside;
  } else if (!open_tag.starts_with(seen)) {
    out.text.swap(held_);
    state_ = state::outside;
  }
}

void think_splitter::take_inside(pieces& out) {
  auto end = held_.find(close_tag);
  if (end == std::string::npos) {
    auto sure = held_.size() - tag_start(held_, close_tag);
    out.reasoning += held_.substr(0, sure);
    held_.erase(0, sure);
    return;
  }
  out.reasoning += held_.substr(0, end);
  out.reasoning_ended = true;
  held_.erase(0, end + close_tag.size());
  state_ = state::closed;
}

void think_splitter::take_closed(pieces& out) {
  // The blank line between the two belongs to neither.
  auto first = held_.find_first_not_of(blanks);
  if (first == std::string::npos) {
    held_.clear();
    return;
  }
  out.text = held_.substr(first);
  held_.clear();
  state_ = state::outside;
}

think_splitter::pieces think_splitter::finish() {
  pieces out;
  if (state_ == state::inside) {
    out.reasoning.swap(held_);
    out.reasoning_ended = true;
  } else {
    out.text.swap(held_);
  }
  state_ = state::outside;
  held_.clear();
  return out;
}

} // namespace kodad::proto::provider
