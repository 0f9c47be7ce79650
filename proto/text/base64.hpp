// BASE64 as in RFC 4648, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::text {

std::string to_base64(std::string_view bytes);

/// Line breaks and spaces between the characters are skipped. Nothing for what is no base64, or for
/// bits left over.
std::optional<std::string> from_base64(std::string_view text);

} // namespace kodad::proto::text
