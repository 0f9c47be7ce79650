#include "proto/provider/object_splitter.hpp"

namespace kodad::proto::provider {

void object_splitter::push(std::string_view bytes) {
  if (failed_)
    return;
  auto done = depth_ == 0 ? at_ : begin_;
  buffer_.erase(0, done);
  at_ -= done;
  begin_ = 0;
  buffer_.append(bytes);
}

std::optional<std::string_view> object_splitter::next() {
  while (!failed_ && at_ < buffer_.size()) {
    bool ended = take(buffer_[at_]);
    ++at_;
    failed_ = depth_ > 0 && at_ - begin_ > object_bytes_max_;
    if (ended && !failed_)
      return std::string_view(buffer_).substr(begin_, at_ - begin_);
  }
  return std::nullopt;
}

/// Does this character end an object?
bool object_splitter::take(char c) {
  if (in_string_) {
    bool closes = c == '"' && !escaped_;
    escaped_ = c == '\\' && !escaped_;
    in_string_ = !closes;
    return false;
  }
  if (depth_ == 0) {
    if (c == '{') {
      begin_ = at_;
      depth_ = 1;
    }
    return false;
  }
  in_string_ = c == '"';
  if (c == '{' || c == '[')
    ++depth_;
  if (c == '}' || c == ']')
    --depth_;
  return depth_ == 0;
}

} // namespace kodad::proto::provider
