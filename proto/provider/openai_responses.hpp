// OPENAI RESPONSES: the adapter for POST {base}/responses, OpenAI's own newer format, which some
// gateways and local servers speak too. Nothing is stored there: each call holds the whole
// conversation. What is written is in openai_responses_request.hpp, what is read in
// openai_responses_stream.hpp.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

/// Has no state: one serves all endpoints and threads.
std::unique_ptr<adapter> make_openai_responses();

} // namespace kodad::proto::provider
