// SSE DECODER: bytes, cut anywhere, to events, by the rules of the HTML standard. Bytes are pushed,
// events are pulled:
//
//   decoder.push(bytes);
//   sse::event next;
//   while (decoder.next(next)) …
//   if (decoder.failed()) …
//
// An event of one data line, which is what model providers send, is handed out without a copy.
#pragma once

#include "proto/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::sse {

/// The views live until the next call to the decoder.
struct event {
  std::string_view type; ///< "message" when the stream names none.
  std::string_view data;
  std::string_view id; ///< The last id seen in the stream, of this event or an earlier one.
};

/// What becomes of a block that the end of the stream leaves without its empty line.
enum class at_end : uint8_t {
  discard, ///< As the standard says.
  flush,   ///< An event all the same: some providers leave out the last empty line.
};

class decoder {
public:
  explicit decoder(size_t event_bytes_max = limits::provider_event_bytes)
      : event_bytes_max_(event_bytes_max) {}

  void push(std::string_view bytes);

  /// The stream has ended; `next` may have one more event.
  void close(at_end what);

  /// Takes out the next complete event; false when more bytes are needed or after a failure.
  bool next(event& out);

  /// Has an event exceeded its bound? Nothing comes after that.
  bool failed() const { return failed_; }

  /// The last `retry:` of the stream.
  std::optional<uint64_t> retry_ms() const { return retry_ms_; }

private:
  struct span {
    size_t begin;
    size_t size;
  };

  bool skip_mark();
  std::optional<std::string_view> next_line();
  size_t line_end();
  void take_field(std::string_view line);
  void take_retry(std::string_view digits);
  bool dispatch(event& out);
  std::string_view join_data();
  std::string_view at(span where) const;
  span place_of(std::string_view text) const;

  size_t event_bytes_max_;
  std::string buffer_;     ///< From the current block's first line on.
  size_t block_ = 0;       ///< Where the current block starts.
  size_t line_ = 0;        ///< Where the next line starts.
  size_t lf_ = 0;          ///< No LF lies between `line_` and here.
  size_t cr_ = 0;          ///< No CR lies between `line_` and here.
  std::vector<span> data_; ///< The block's data lines.
  span type_{0, 0};
  std::string id_;
  std::string joined_;
  std::optional<uint64_t> retry_ms_;
  bool mark_checked_ = false; ///< Is the byte order mark behind us?
  bool skip_lf_ = false;      ///< The last line ended in CR: an LF next belongs to it.
  bool closed_ = false;
  bool failed_ = false;
};

} // namespace kodad::proto::sse
