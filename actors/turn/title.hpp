// TITLE: a session's name, made from its first message. Pure, and free: no model is asked.
#pragma once

#include <string>
#include <string_view>

namespace kodad::actors {

/// The first words of the first line that has any: at most 8 words and 60 bytes; "…" marks a cut.
/// Empty when `content` has no words.
std::string make_title(std::string_view content);

} // namespace kodad::actors
