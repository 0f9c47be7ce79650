// GEMINI REQUEST: the body of a streamGenerateContent call.
//
// Neighbours of one role become one content, and the first content is the user's. The results of a
// turn stand in one content, in the order of their calls. What the stream kept in `opaque` goes
// back on the very part it came with, and only to the same model: signatures, and the ids that
// Gemini itself gave to calls. Ids made by us stay here. Thoughts are not sent back unless signed.
#pragma once

#include "proto/chat.hpp"

#include <string>

namespace kodad::proto::provider {

std::string write_gemini(const chat_request& from);

} // namespace kodad::proto::provider
