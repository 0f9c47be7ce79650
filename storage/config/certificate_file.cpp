#include "storage/config/certificate_file.hpp"

#include "storage/host/durable_file.hpp"
#include "storage/host/path.hpp"

#include <filesystem>
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace kodad::storage {

namespace {

constexpr size_t file_bytes = 16 * 1024 * 1024; // The system's own bundle has a fiftieth.

struct certificate_count {
  size_t good = 0;
  bool is_broken = false; ///< Behind the good ones stands one that cannot be read.
};

certificate_count count_certificates(const std::string& text) {
  std::unique_ptr<BIO, decltype(&::BIO_free)> in(
      ::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &::BIO_free);
  certificate_count out;
  ::ERR_clear_error();
  auto* one = ::PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr);
  for (; one; one = ::PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr)) {
    ++out.good;
    ::X509_free(one);
  }
  auto why = ::ERR_peek_last_error();
  bool is_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  out.is_broken = !is_end;
  ::ERR_clear_error();
  return out;
}

/// What stands there in place of certificates, if that can be seen.
std::string likely_content(const std::string& text) {
  if (text.empty())
    return ": it is empty";
  if (text.find("PRIVATE KEY-----") != std::string::npos)
    return ": it holds a private key";
  if (text.find("CERTIFICATE REQUEST-----") != std::string::npos)
    return ": it holds a request for one";
  if (text.front() == '\x30')
    return ", but maybe one in DER: openssl x509 -inform der makes PEM of it";
  return "";
}

} // namespace

std::string certificate_fault(const std::string& path) {
  auto seen = host::look_at(path);
  if (seen.kind == host::path_kind::nothing)
    return "expected a file that can be read; " + path + ": " + seen.failure;
  if (seen.kind != host::path_kind::file)
    return "expected a file of certificates; " + path +
           (seen.kind == host::path_kind::folder ? " is a folder" : " is none");
  std::error_code failure;
  auto size = std::filesystem::file_size(path, failure);
  if (!failure && size > file_bytes)
    return "expected a file of at most " + std::to_string(file_bytes) + " bytes; " + path +
           " has more";
  auto text = host::read_whole(path, failure ? 0 : size);
  if (failure || !text)
    return "expected a file that can be read; " +
           (text ? path + ": " + failure.message() : text.failure().context);
  auto found = count_certificates(*text);
  if (found.is_broken)
    return "expected whole certificates in PEM; number " + std::to_string(found.good + 1) + " in " +
           path + " is broken";
  if (found.good == 0)
    return "expected certificates in PEM, each behind a line -----BEGIN CERTIFICATE-----; " + path +
           " has none" + likely_content(*text);
  return "";
}

} // namespace kodad::storage
