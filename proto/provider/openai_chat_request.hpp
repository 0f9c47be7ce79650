// OPENAI CHAT REQUEST: the body of a Chat Completions call.
//
// Tool results become messages of their own, right after the calls they answer; what else a user
// message holds follows as one message. Reasoning is not sent back unless its `opaque` asks for it
// and the same model is called: with OpenRouter's details or Copilot's sealed text untouched, or as
// `reasoning_content` of messages that made tool calls.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/openai_dialect.hpp"

namespace kodad::proto::provider {

std::string write_openai_chat(const chat_request& from, const openai_dialect& dialect);

} // namespace kodad::proto::provider
