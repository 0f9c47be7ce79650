// OPENAI CHAT: the adapter for POST {base}/chat/completions, which OpenAI and nearly every other
// server speaks. The base URL may lack its "/v1". What is written is in openai_chat_request.hpp,
// what is read in openai_chat_stream.hpp, who differs in openai_dialect.hpp.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

/// Has no state: one serves all endpoints and threads.
std::unique_ptr<adapter> make_openai_chat();

} // namespace kodad::proto::provider
