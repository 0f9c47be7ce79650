// The HEAD PARSER: a request's line and headers from text to values, strictly. Whatever two parsers
// might read differently (two lengths, a length and chunks, folded lines, blanks before a colon) is
// refused, so that no proxy in front and we can ever disagree on where a request ends.
#pragma once

#include "http/gateway/request.hpp"
#include "proto/error.hpp"
#include "proto/limits.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::http {

/// Bounds on one request; bytes and lines.
struct reader_limits {
  size_t request_line = proto::limits::request_line_bytes;
  size_t path = proto::limits::path_bytes;
  size_t head = proto::limits::head_bytes;
  size_t lines = proto::limits::head_lines;
  size_t body = proto::limits::body_bytes;
};

/// Why a request is refused, and with which status; the connection ends after the answer.
struct rejection {
  int status = 400;
  proto::error failure;
};

/// A request's head as sent, and how its body is framed.
struct request_head {
  std::string method;
  std::string target;    ///< Path and query, undecoded.
  std::string authority; ///< Of a target in absolute form, in lower case; else empty.
  header_list headers;   ///< Names in lower case, values without blanks around.
  bool is_1_0 = false;   ///< HTTP/1.0, which knows neither chunks nor "100 Continue".
  bool keep_alive = true;
  bool has_close = false; ///< "Connection: close", which wins over "keep-alive".
  bool expects_continue = false;
  bool chunked = false;
  size_t body_length = 0; ///< 0 when chunked.
};

/// Reads a complete head into `head`.
/// @param text The request line and all header lines, each with its CR LF, without the empty line.
/// @return Nothing, or why the request is refused.
std::optional<rejection> parse_head(std::string_view text, const reader_limits& limits,
                                    request_head& head);

/// Is `c` a character of a method or header name (RFC 9110 "tchar")?
bool is_token_character(char c);

/// `text` without spaces and tabs at both ends.
std::string_view trim_blanks(std::string_view text);

} // namespace kodad::http
