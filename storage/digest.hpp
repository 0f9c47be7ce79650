// DIGEST: SHA-256 by OpenSSL, for blob files and for keys made of texts of any length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kodad::storage {

inline constexpr size_t digest_bytes = 32;

/// The 32 raw bytes of the SHA-256 of `bytes`.
std::string sha256(std::string_view bytes);

/// Two lower-case hexadecimal digits for each byte.
std::string to_hex(std::string_view bytes);

} // namespace kodad::storage
