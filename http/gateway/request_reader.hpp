// The REQUEST READER: bytes in, one whole request out, at any split of the bytes. Pure: no socket,
// no clock. It refuses as early as it can (a body that is announced too large is refused before
// it comes) and never holds more than its limits allow. One reader reads one request.
#pragma once

#include "http/gateway/chunk_reader.hpp"
#include "http/gateway/head_parser.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace kodad::http {

class request_reader {
public:
  enum class state : uint8_t { head, body, complete, refused };

  explicit request_reader(const reader_limits& limits) : limits_(limits) {}

  /// @return How many bytes belong to this request; the rest is the next one's, or void after a
  ///   refusal.
  size_t feed(std::string_view bytes);

  /// Refuses a request whose rest will not come: the client is too slow, or has closed.
  void give_up(rejection reason);

  state now() const { return state_; }

  /// Does the client wait for "100 Continue" before it sends the body?
  bool awaits_continue() const {
    return state_ == state::body && head_.expects_continue && body_.empty();
  }

  size_t body_received() const { return body_.size(); }

  /// Bytes of the request so far, head and body.
  size_t held() const { return std::max(text_.size(), head_bytes_) + body_.size(); }

  /// @pre `now()` is complete. Leaves the reader empty.
  request_head& head() { return head_; }
  std::string& body() { return body_; }

  /// @pre `now()` is refused.
  const rejection& refusal() const { return refusal_; }

private:
  size_t feed_head(std::string_view bytes);
  size_t feed_body(std::string_view bytes);
  void end_line();
  void end_head();
  void refuse(int status, proto::ec code, std::string context);
  void refuse_large_body();

  reader_limits limits_;
  state state_ = state::head;
  size_t line_begin_ = 0; ///< Of the unfinished line in `text_`.
  size_t lines_ = 0;      ///< Finished ones, the request line included.
  bool skipped_line_ = false;
  std::string text_;      ///< The head so far.
  size_t head_bytes_ = 0; ///< Of the whole head, once it is read.
  request_head head_;
  chunk_reader chunks_;
  std::string body_;
  rejection refusal_;
};

} // namespace kodad::http
