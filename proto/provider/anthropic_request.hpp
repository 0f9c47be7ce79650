// ANTHROPIC REQUEST: the body of a Messages call, and what its headers must say for it.
//
// The provider caches a prompt up to marks, of which it takes four: on the last tool, on the
// stable part of the system prompt, and on the last two user messages, so that the mark of the
// call before is found again.
#pragma once

#include "proto/chat.hpp"

#include <string>

namespace kodad::proto::provider {

struct anthropic_call {
  std::string body;
  std::string beta; ///< For the header "anthropic-beta"; empty: none.
};

anthropic_call write_anthropic(const chat_request& from);

} // namespace kodad::proto::provider
