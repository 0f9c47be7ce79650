// ERRORS ON THE WIRE: the one table from `ec` to HTTP status, and the one shape of an error body:
// {"error": sentence, "code": word, "field"?, "limit"?, "retry_after"?, "request_id"?}. Nothing
// else in the house invents a status for an error. What went wrong inside the host is told by a
// fixed sentence (proto/public_text.hpp); the operator finds the details in the failure log.
#pragma once

#include "http/gateway/request.hpp"
#include "proto/error.hpp"

namespace kodad::http {

/// The HTTP status of an error code, 400 to 599.
int to_status(proto::ec code);

/// Is this about the host's inside, so that clients see a fixed sentence in place of the context?
bool is_internal(proto::ec code);

/// The answer that tells a client of `failure`; has Retry-After when `retry_after_s` is set, and
/// with every 503 and 429.
/// @param request_id Told with failures of the host, which its log knows by this.
response to_response(const proto::error& failure, std::string_view request_id = {});

/// The same with a finer status, where HTTP knows one that the codes do not (414, 417, 505).
response to_response(const proto::error& failure, int status, std::string_view request_id = {});

/// A bound of the whole host is reached: come back in a second.
proto::error host_is_full(std::string context);

} // namespace kodad::http
