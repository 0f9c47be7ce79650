// PLAIN: a conversation whose shape a provider refuses, told again as one message of plain text.
// Pure. It holds what was said, called and found, without files, reasoning and settings that a
// provider might stumble over, so that a session goes on whatever its history holds.
#pragma once

#include "proto/chat.hpp"

namespace kodad::actors {

/// Is there nothing that `make_plain` could leave out?
bool is_plain(const proto::chat_request& request);

/// @post `is_plain(request)`
void make_plain(proto::chat_request& request);

} // namespace kodad::actors
