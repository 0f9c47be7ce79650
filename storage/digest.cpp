#include "storage/digest.hpp"

#include <cstdlib>
#include <openssl/evp.h>

namespace kodad::storage {

std::string sha256(std::string_view bytes) {
  std::string out(digest_bytes, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  // Fails only without memory; a wrong digest would name a wrong file.
  if (EVP_Digest(bytes.data(), bytes.size(), to, nullptr, EVP_sha256(), nullptr) != 1)
    std::abort();
  return out;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char byte : bytes) {
    out += digits[static_cast<uint8_t>(byte) >> 4];
    out += digits[static_cast<uint8_t>(byte) & 15];
  }
  return out;
}

} // namespace kodad::storage
