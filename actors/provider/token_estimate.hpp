// TOKEN ESTIMATE: about how many tokens a text has, where nobody counts them: four bytes each,
// rounded up, as everyone guesses.
#pragma once

#include "proto/chat.hpp"

namespace kodad::actors {

int64_t estimate_tokens(size_t bytes);

/// Of a call's whole prompt: system, tools and conversation.
int64_t estimate_tokens(const proto::chat_request& request);

} // namespace kodad::actors
