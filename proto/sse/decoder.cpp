#include "proto/sse/decoder.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::proto::sse {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

} // namespace

void decoder::push(std::string_view bytes) {
  if (failed_)
    return;
  if (block_ > 0) {
    buffer_.erase(0, block_);
    for (auto* offset : {&line_, &lf_, &cr_})
      *offset -= std::min(*offset, block_);
    for (auto& line : data_)
      line.begin -= block_;
    type_.begin -= std::min(type_.begin, block_);
    block_ = 0;
  }
  buffer_.append(bytes);
}

void decoder::close(at_end what) {
  if (what == at_end::flush)
    push("\n\n"); // Ends the last line, then the block; harmless when both have ended.
  closed_ = true;
}

bool decoder::next(event& out) {
  if (failed_ || !skip_mark())
    return false;
  while (auto line = next_line()) {
    if (!line->empty()) {
      take_field(*line);
      if (data_.empty() && type_.size == 0)
        block_ = line_; // Comments alone hold no memory.
    } else if (dispatch(out)) {
      return true;
    }
  }
  failed_ = buffer_.size() - block_ > event_bytes_max_;
  if (failed_)
    std::string().swap(buffer_);
  return false;
}

bool decoder::skip_mark() {
  if (mark_checked_)
    return true;
  auto start = std::string_view(buffer_).substr(0, byte_order_mark.size());
  if (start.size() < byte_order_mark.size() && byte_order_mark.starts_with(start) && !closed_)
    return false;
  mark_checked_ = true;
  if (start == byte_order_mark)
    block_ = line_ = lf_ = cr_ = byte_order_mark.size();
  return true;
}

std::optional<std::string_view> decoder::next_line() {
  if (skip_lf_ && line_ < buffer_.size()) {
    skip_lf_ = false;
    if (buffer_[line_] == '\n') {
      bool between_blocks = block_ == line_;
      ++line_;
      if (between_blocks)
        block_ = line_;
    }
  }
  auto end = line_end();
  if (end == std::string::npos)
    return std::nullopt;
  auto line = std::string_view(buffer_).substr(line_, end - line_);
  skip_lf_ = buffer_[end] == '\r';
  line_ = end + 1;
  return line;
}

size_t decoder::line_end() {
  // Both searches go on where they stopped, so that no byte is looked at twice, whatever the mix
  // of line ends and cuts.
  auto find = [this](char c, size_t& from, size_t until) {
    from = std::max(from, line_);
    if (from >= until)
      return false;
    auto place = std::string_view(buffer_).substr(0, until).find(c, from);
    from = place == std::string_view::npos ? until : place;
    return place != std::string_view::npos;
  };
  bool has_lf = find('\n', lf_, buffer_.size());
  if (find('\r', cr_, lf_))
    return cr_;
  return has_lf ? lf_ : std::string::npos;
}

void decoder::take_field(std::string_view line) {
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  auto text = colon == std::string_view::npos ? line.substr(line.size()) : line.substr(colon + 1);
  if (text.starts_with(' '))
    text.remove_prefix(1);
  if (name == "data")
    data_.push_back(place_of(text));
  else if (name == "event")
    type_ = place_of(text);
  else if (name == "id" && text.find('\0') == std::string_view::npos)
    id_.assign(text);
  else if (name == "retry")
    take_retry(text);
}

void decoder::take_retry(std::string_view digits) {
  uint64_t wait_ms = 0;
  auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), wait_ms);
  if (code == std::errc() && end == digits.data() + digits.size())
    retry_ms_ = wait_ms;
}

bool decoder::dispatch(event& out) {
  auto type = type_.size > 0 ? at(type_) : std::string_view("message");
  auto block_bytes = line_ - block_;
  bool any = !data_.empty();
  if (any && block_bytes > event_bytes_max_) {
    failed_ = true;
    return false;
  }
  if (any)
    out = {type, join_data(), id_};
  data_.clear();
  type_ = {0, 0};
  block_ = line_;
  return any;
}

std::string_view decoder::join_data() {
  if (data_.size() == 1)
    return at(data_.front());
  joined_.clear();
  for (auto line : data_)
    joined_.append(at(line)).push_back('\n');
  joined_.pop_back();
  return joined_;
}

std::string_view decoder::at(span where) const {
  return std::string_view(buffer_).substr(where.begin, where.size);
}

decoder::span decoder::place_of(std::string_view text) const {
  return {static_cast<size_t>(text.data() - buffer_.data()), text.size()};
}

} // namespace kodad::proto::sse
