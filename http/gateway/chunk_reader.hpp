// The CHUNK READER: takes the chunked framing off a request body, at any split of the bytes. Strict
// and bounded: size lines and trailers have a length limit, extensions and trailers are dropped,
// and the sum of the chunks may not exceed the body limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::http {

class chunk_reader {
public:
  enum class state : uint8_t { reading, complete, malformed, too_large };

  /// Appends the chunks' data in `bytes` to `body`, which may grow to `limit` bytes.
  /// @return How many bytes were used; fewer than given once the state is not `reading`.
  size_t feed(std::string_view bytes, std::string& body, size_t limit);

  state now() const { return state_; }

private:
  enum class part : uint8_t { size_line, data, data_end, trailer_line };

  size_t feed_line(std::string_view bytes, const std::string& body, size_t limit);
  size_t feed_data(std::string_view bytes, std::string& body);
  void end_line(const std::string& body, size_t limit);
  void read_size(std::string_view line, const std::string& body, size_t limit);

  state state_ = state::reading;
  part part_ = part::size_line;
  size_t left_ = 0; ///< Of the current chunk's data.
  size_t trailer_bytes_ = 0;
  size_t extension_bytes_ = 0;
  std::string line_; ///< The unfinished size, end or trailer line.
};

} // namespace kodad::http
