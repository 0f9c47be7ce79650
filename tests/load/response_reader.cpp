#include "tests/load/response_reader.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::load {

namespace {

constexpr size_t line_bytes_max = 16 * 1024;

bool equals_ignoring_case(std::string_view left, std::string_view lower_right) {
  return std::equal(left.begin(), left.end(), lower_right.begin(), lower_right.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool read_number(std::string_view text, int base, int64_t& number) {
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return failure == std::errc{} && end != text.data() && number >= 0;
}

} // namespace

bool response_reader::feed(std::string_view bytes, response_listener& to) {
  while (!bytes.empty()) {
    bool fine = true;
    if (part_ == part::head)
      fine = read_head(bytes, to);
    else if (part_ == part::length || part_ == part::chunk || part_ == part::until_close)
      read_body(bytes, to);
    else
      fine = read_chunk_line(bytes, to);
    if (!fine)
      return false;
  }
  return true;
}

bool response_reader::close(response_listener& to) {
  if (part_ != part::until_close)
    return false;
  finish(to);
  return true;
}

/// Takes bytes up to a line's end into `line_`; true when the line is whole (its end is cut off).
bool response_reader::read_line(std::string_view& bytes) {
  size_t end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (end == std::string_view::npos) {
    bytes = {};
    return false;
  }
  bytes.remove_prefix(end + 1);
  if (line_.ends_with('\r'))
    line_.pop_back();
  return true;
}

bool response_reader::read_head(std::string_view& bytes, response_listener& to) {
  if (!read_line(bytes))
    return line_.size() < line_bytes_max;
  std::string line = std::move(line_);
  line_.clear();
  if (line.empty())
    return begin_body(to);
  return read_head_field(line);
}

bool response_reader::read_head_field(std::string_view line) {
  if (status_ == 0) {
    int64_t status = 0;
    if (!line.starts_with("HTTP/1.1 ") || !read_number(line.substr(9), 10, status))
      return false;
    status_ = static_cast<int>(status);
    return true;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return false;
  std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  if (equals_ignoring_case(name, "content-length"))
    return read_number(value, 10, left_);
  if (equals_ignoring_case(name, "transfer-encoding"))
    chunked_ = equals_ignoring_case(value, "chunked");
  return true;
}

bool response_reader::begin_body(response_listener& to) {
  if (status_ == 0)
    return false;
  if (status_ < 200) { // an interim response: the real one follows
    status_ = 0;
    return true;
  }
  to.on_head(status_);
  if (chunked_)
    part_ = part::chunk_size;
  else if (status_ == 204 || status_ == 304 || left_ == 0)
    finish(to);
  else
    part_ = left_ > 0 ? part::length : part::until_close;
  return true;
}

bool response_reader::read_chunk_line(std::string_view& bytes, response_listener& to) {
  if (!read_line(bytes))
    return line_.size() < line_bytes_max;
  bool fine = true;
  if (part_ == part::chunk_size) {
    fine = read_number(line_, 16, left_);
    part_ = left_ == 0 ? part::trailer : part::chunk;
  } else if (part_ == part::chunk_end) {
    fine = line_.empty();
    part_ = part::chunk_size;
  } else if (line_.empty()) {
    finish(to);
  }
  line_.clear();
  return fine;
}

void response_reader::read_body(std::string_view& bytes, response_listener& to) {
  size_t count = bytes.size();
  if (part_ != part::until_close)
    count = std::min(count, static_cast<size_t>(left_));
  to.on_body(bytes.substr(0, count));
  bytes.remove_prefix(count);
  if (part_ == part::until_close)
    return;
  left_ -= static_cast<int64_t>(count);
  if (left_ > 0)
    return;
  if (part_ == part::chunk)
    part_ = part::chunk_end;
  else
    finish(to);
}

void response_reader::finish(response_listener& to) {
  *this = {};
  to.on_end();
}

} // namespace kodad::load
