// CALL TEXT: tool calls and their results told in words, where they cannot be sent as what they
// are.
#pragma once

#include "proto/chat.hpp"

#include <string>

namespace kodad::proto::provider {

/// What was called with which arguments, and what came of it. Long arguments are cut.
/// @param result Null: nothing is known of it.
std::string call_as_text(const chat_part& call, const chat_part* result);

/// A result whose call is not there.
std::string result_as_text(const chat_part& result);

} // namespace kodad::proto::provider
