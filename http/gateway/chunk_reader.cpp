#include "http/gateway/chunk_reader.hpp"

#include "http/gateway/head_parser.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::http {

namespace {

// A size has at most 16 digits; nobody sends extensions, a few words are tolerated.
constexpr size_t line_bytes_max = 256;
constexpr size_t trailer_bytes_max = 8 * 1024;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

} // namespace

size_t chunk_reader::feed(std::string_view bytes, std::string& body, size_t limit) {
  size_t used = 0;
  while (state_ == state::reading && used < bytes.size()) {
    auto rest = bytes.substr(used);
    used += part_ == part::data ? feed_data(rest, body) : feed_line(rest, body, limit);
  }
  return used;
}

size_t chunk_reader::feed_data(std::string_view bytes, std::string& body) {
  size_t taken = std::min(bytes.size(), left_);
  body.append(bytes.substr(0, taken));
  left_ -= taken;
  if (left_ == 0)
    part_ = part::data_end;
  return taken;
}

size_t chunk_reader::feed_line(std::string_view bytes, const std::string& body, size_t limit) {
  auto end = bytes.find('\n');
  size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  size_t bound = part_ == part::trailer_line ? trailer_bytes_max : line_bytes_max;
  if (line_.size() + taken > bound || trailer_bytes_ > trailer_bytes_max) {
    state_ = state::malformed;
    return taken;
  }
  line_.append(bytes.substr(0, taken));
  if (end != std::string_view::npos)
    end_line(body, limit);
  return taken;
}

void chunk_reader::end_line(const std::string& body, size_t limit) {
  std::string ended;
  ended.swap(line_);
  std::string_view line = ended;
  if (!line.ends_with("\r\n")) {
    state_ = state::malformed;
    return;
  }
  line.remove_suffix(2);
  if (part_ == part::size_line) {
    read_size(line, body, limit);
  } else if (part_ == part::data_end) {
    part_ = part::size_line;
    if (!line.empty())
      state_ = state::malformed;
  } else if (line.empty()) {
    state_ = state::complete;
  } else {
    trailer_bytes_ += ended.size();
    if (!is_plain(line) || line.find(':') == std::string_view::npos)
      state_ = state::malformed;
  }
}

void chunk_reader::read_size(std::string_view line, const std::string& body, size_t limit) {
  auto digits = line.substr(0, std::min(line.find(';'), line.size()));
  if (digits.size() < line.size())
    digits = trim_blanks(digits); // "5 ;name=value" is how RFC 9112 lets an extension begin.
  size_t size = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  bool whole = !digits.empty() && parsed.ptr == digits.data() + digits.size();
  if (!whole || !is_plain(line)) {
    state_ = state::malformed;
  } else if (parsed.ec != std::errc() || size > limit - body.size()) {
    state_ = state::too_large;
  } else {
    left_ = size;
    part_ = size == 0 ? part::trailer_line : part::data;
  }
}

} // namespace kodad::http
