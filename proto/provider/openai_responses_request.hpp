// OPENAI RESPONSES REQUEST: the body of a Responses call.
//
// The conversation becomes a flat list of items in its true order. Reasoning goes back sealed, as
// the provider gave it, in front of what it led to, and only to the model that it came from;
// without anything that follows it OpenAI refuses it, so it is left out. Items carry no ids:
// nothing is stored there that an id could name.
#pragma once

#include "proto/chat.hpp"

#include <string>

namespace kodad::proto::provider {

std::string write_openai_responses(const chat_request& from);

} // namespace kodad::proto::provider
