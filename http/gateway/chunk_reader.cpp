#include "http/gateway/chunk_reader.hpp"

#include "http/gateway/head_parser.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::http {

namespace {

// A size has at most 16 digits; nobody sends extensions, a few words are tolerated.
constexpr size_t line_bytes_max = 256;
constexpr size_t trailer_bytes_max = 8 * 1024;
constexpr size_t extension_bytes_max = 16 * 1024; ///< Of all chunks: they are thrown away.
constexpr size_t size_digits_max = 16;

/// ";name=value;name" as in RFC 9112: printable ASCII, and a name behind each semicolon. What else
/// a lenient reader might see in there is not ours to guess.
bool is_extension(std::string_view text) {
  bool needs_name = true;
  bool is_quoted = false;
  for (char c : text.substr(1)) {
    bool blank = c == ' ' || c == '\t';
    if (!blank && (c < 0x21 || c > 0x7e))
      return false;
    is_quoted ^= c == '"';
    if (is_quoted || blank)
      continue;
    if (needs_name && !is_token_character(c))
      return false;
    needs_name = c == ';';
  }
  return !needs_name && !is_quoted;
}

bool is_trailer(std::string_view line) {
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  bool named = colon != std::string_view::npos && !name.empty();
  return named && std::all_of(name.begin(), name.end(), is_token_character) &&
         std::all_of(line.begin(), line.end(), [](char c) {
           auto byte = static_cast<unsigned char>(c);
           return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
         });
}

std::string_view without_blanks_behind(std::string_view text) {
  auto last = text.find_last_not_of(" \t");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
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
    if (!is_trailer(line))
      state_ = state::malformed;
  }
}

void chunk_reader::read_size(std::string_view line, const std::string& body, size_t limit) {
  auto digits = line.substr(0, std::min(line.find(';'), line.size()));
  auto extension = line.substr(digits.size());
  if (!extension.empty())
    digits = without_blanks_behind(digits); // RFC 9112: "5 ;name=value".
  extension_bytes_ += extension.size();
  size_t size = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  bool whole = !digits.empty() && parsed.ptr == digits.data() + digits.size();
  bool fits = extension_bytes_ <= extension_bytes_max;
  if (!whole || !fits || (!extension.empty() && !is_extension(extension))) {
    state_ = state::malformed;
  } else if (parsed.ec != std::errc() || size > limit - body.size()) {
    state_ = state::too_large;
  } else if (digits.size() > size_digits_max) {
    state_ = state::malformed; // Zeros without end.
  } else {
    left_ = size;
    part_ = size == 0 ? part::trailer_line : part::data;
  }
}

} // namespace kodad::http
