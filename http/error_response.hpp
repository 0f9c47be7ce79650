// ERRORS ON THE WIRE: the one table from `ec` to HTTP status, and the one shape of an error body:
// {"error": sentence, "code": word, "field"?, "limit"?, "retry_after"?}. Nothing else in the house
// invents a status for an error.
#pragma once

#include "http/gateway/request.hpp"
#include "proto/error.hpp"

namespace kodad::http {

/// The HTTP status of an error code, 400 to 599.
int to_status(proto::ec code);

/// The answer that tells a client of `failure`; has Retry-After when `retry_after_s` is set.
response to_response(const proto::error& failure);

/// The same with a finer status, where HTTP knows one that the codes do not (414, 417, 505).
response to_response(const proto::error& failure, int status);

} // namespace kodad::http
