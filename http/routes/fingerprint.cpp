#include "http/routes/fingerprint.hpp"

#include <cstdlib>
#include <memory>
#include <openssl/evp.h>

namespace kodad::http {

std::string fingerprint_of(const request& in) {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> sum(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool is_fine = sum && EVP_DigestInit_ex(sum.get(), EVP_sha256(), nullptr) == 1;
  for (std::string_view part :
       {std::string_view(in.method), std::string_view(" "), std::string_view(in.path),
        std::string_view("\n"), std::string_view(in.body)})
    is_fine = is_fine && EVP_DigestUpdate(sum.get(), part.data(), part.size()) == 1;
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  // Fails only without memory; a wrong one would take another request for this one.
  if (!is_fine || EVP_DigestFinal_ex(sum.get(), bytes, &length) != 1)
    std::abort();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

} // namespace kodad::http
