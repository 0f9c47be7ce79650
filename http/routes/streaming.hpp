// STREAMING: how a request becomes an event stream. The stream's key is reserved first and given to
// the session's fan-out; only when that has its place does the head go out, so that an unknown
// session is an ordinary 404.
#pragma once

#include "http/routes.hpp"

namespace kodad::http {

/// Does the client ask for an event stream in place of JSON?
bool wants_stream(const request& in);

/// Sends the message and answers with its turn's own stream, which ends with the turn.
void send_and_stream(call& now, proto::send_message message);

} // namespace kodad::http
