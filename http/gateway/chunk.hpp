// CHUNK: a piece of a body in HTTP/1.1's chunked coding (RFC 9112 §7.1): its size in hex, the
// bytes, a line break. The last chunk tells the client that the body ended on purpose and was not
// cut off.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace kodad::http {

inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// What stands before a chunk of `bytes` bytes: "1f\r\n".
class chunk_begin {
public:
  chunk_begin() = default;
  explicit chunk_begin(size_t bytes) {
    auto* end = std::to_chars(text_.data(), text_.data() + text_.size(), bytes, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size_ = static_cast<size_t>(end - text_.data());
  }

  std::string_view text() const { return {text_.data(), size_}; }

private:
  std::array<char, 2 * sizeof(size_t) + 2> text_;
  size_t size_ = 0;
};

/// Bytes on the wire of a chunk that carries `bytes` bytes.
inline size_t chunk_size(size_t bytes) {
  size_t digits = 1;
  for (size_t rest = bytes >> 4; rest != 0; rest >>= 4)
    ++digits;
  return digits + 2 + bytes + chunk_end.size();
}

} // namespace kodad::http
