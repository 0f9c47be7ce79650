// API KEY: what is wrong with a secret that stands in a request's header. Pure. Never repeats it.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// Without the blanks and line breaks around it.
std::string without_blanks(std::string_view secret);

/// Why no header can carry it, or why it is none yet. Empty where nothing is wrong.
std::string api_key_fault(std::string_view key);

/// Of a token that clients bear.
std::string token_fault(std::string_view token);

} // namespace kodad::storage
