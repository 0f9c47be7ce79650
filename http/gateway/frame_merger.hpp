// The FRAME MERGER: joins adjacent frames of one text run for a reader that has fallen behind, so
// that a hundred small deltas cost it one. Pure; what the contents are it does not know.
#pragma once

#include "actors/ports.hpp"

#include <memory>

namespace kodad::http {

/// Are both frames pieces of one run: same turn, same event, same data but for the content?
bool can_merge(const actors::frame& first, const actors::frame& second);

/// Appends the second's content to `first`, which takes over its id.
/// @pre `can_merge(first, second)`.
void merge_into(actors::frame& first, const actors::frame& second);

} // namespace kodad::http
