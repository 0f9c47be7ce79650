// JSON SIZE: how long a text becomes as a JSON string, and texts cut to such a length. An event
// must fit a reader's buffer as it is sent, not as its text was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kodad::proto::text {

/// The bytes of a text between the quotes of its JSON string.
size_t json_size(std::string_view text);

/// The longest prefix that takes at most `bytes_max` so and cuts no character.
std::string_view json_prefix(std::string_view text, size_t bytes_max);

/// The text, or as much of its beginning as fits and a line that says how many bytes are missing.
std::string json_bounded(std::string_view text, size_t bytes_max);

} // namespace kodad::proto::text
