// ATTACHMENTS: files that come with a message, by path or inline, checked before the message is
// taken: where they lie, what they are by their bytes, how large, and whether the model can see
// such a thing. Reads files, so it may block: it runs on a thread of the workspace reader.
#pragma once

#include "actors/messages.hpp"
#include "proto/result.hpp"

namespace kodad::actors {

/// The file parts of the message, in order. Fails with `invalid_value` and a field like
/// "attachments[2].path"; nothing is kept by then.
proto::result<loaded_attachments> load_files(const load_attachments& wish);

} // namespace kodad::actors
