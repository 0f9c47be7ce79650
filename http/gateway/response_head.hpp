// The RESPONSE HEAD: status line and headers as text. Header names and values that could forge a
// second response (CR, LF, NUL) are left out.
#pragma once

#include "http/gateway/request.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::http {

enum class afterwards : uint8_t { keep_open, close };

/// @param date The Date header's value, or "" for none.
std::string response_head(const response& reply, afterwards connection, std::string_view date);

/// How an event stream's body is sent: chunks tell an end from a cut; HTTP/1.0 does not know them.
enum class stream_coding : uint8_t { chunked, plain };

/// The head of an event stream. Only one in chunks can keep the connection open afterwards.
std::string stream_head(const header_list& headers, std::string_view date, stream_coding coding,
                        afterwards connection);

/// May a response with this status have a body?
bool has_body(int status);

/// "Tue, 24 Nov 2026 16:09:13 GMT". @param unix_s Seconds since 1970.
std::string http_date(int64_t unix_s);

} // namespace kodad::http
