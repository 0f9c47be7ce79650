// ANTHROPIC: the adapter for POST {base}/v1/messages, which Anthropic and the servers that imitate
// it speak. The base URL may have its "/v1" or not. How a conversation is laid out is in
// anthropic_messages.hpp, what is written in anthropic_request.hpp, what is read in
// anthropic_stream.hpp, which model takes what in anthropic_traits.hpp.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

/// Has no state: one serves all endpoints and threads.
std::unique_ptr<adapter> make_anthropic();

} // namespace kodad::proto::provider
