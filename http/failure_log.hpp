// The FAILURE LOG: what went wrong inside the host while a request was served, for the operator. A
// client gets a fixed sentence and the request's id; here stands the rest, a line each, found by
// that id.
#pragma once

#include "http/operator_log.hpp"
#include "proto/error.hpp"

#include <string_view>

namespace kodad::http {

/// Tells `log` of it. Nothing when the failure is a client's or says nothing.
void log_failure(operator_log& log, std::string_view request_id, const proto::error& failure);

} // namespace kodad::http
