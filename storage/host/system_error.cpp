#include "storage/host/system_error.hpp"

#include <cctype>
#include <cerrno>
#include <string>
#include <system_error>

namespace kodad::storage::host {

namespace {

proto::ec code_of(int number) {
  switch (number) {
  case EXDEV: // openat2 says so for every way out.
  case EACCES:
  case EPERM:
  case EROFS:
    return proto::ec::tool_denied;
  case ENOSPC:
  case EDQUOT:
    return proto::ec::storage_full;
  case EMFILE:
  case ENFILE:
  case EAGAIN:
  case ENOMEM:
    return proto::ec::host_full;
  case ENOENT:
  case ENOTDIR:
  case EISDIR:
  case ELOOP:
  case ENAMETOOLONG:
  case ENXIO:
    return proto::ec::tool_failed;
  default:
    return proto::ec::storage_failed;
  }
}

std::string words_of(int number) {
  if (number == EXDEV)
    return "it leads outside the workspace";
  auto words = std::generic_category().message(number);
  if (!words.empty())
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  return words;
}

} // namespace

proto::error system_error(int number, std::string_view doing, std::string_view what) {
  auto context = std::string(doing) + " " + std::string(what) + ": " + words_of(number);
  return proto::make_error(code_of(number), std::move(context));
}

} // namespace kodad::storage::host
