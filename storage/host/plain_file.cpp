#include "storage/host/plain_file.hpp"

#include "storage/host/open_at.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

constexpr uint64_t look_only = O_PATH | O_NOFOLLOW;
// Without O_NONBLOCK a FIFO put in the file's place would hold the thread.
constexpr uint64_t to_read = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

descriptor open_named(const folder& in, const std::string& name, uint64_t flags) {
  return open_at(in.handle().get(), name, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

proto::result<void> check_kind(const descriptor& file, const std::string& name, size_t bytes_max) {
  struct stat seen {};
  if (::fstat(file.get(), &seen) != 0)
    return system_error(errno, "look at", name);
  if (S_ISLNK(seen.st_mode))
    return make_error(ec::tool_denied,
                      name + ": expected a file: it is a link, and is not followed");
  if (!S_ISREG(seen.st_mode))
    return make_error(ec::tool_denied, name + ": expected a file: it is " +
                                           (S_ISDIR(seen.st_mode) ? "a folder" : "none"));
  if (static_cast<uint64_t>(seen.st_size) > bytes_max)
    return make_error(ec::tool_denied,
                      name + ": expected at most " + std::to_string(bytes_max) + " bytes");
  return {};
}

} // namespace

proto::result<std::optional<std::string>> read_plain_file(const folder& in, const std::string& name,
                                                          size_t bytes_max) {
  // What stands there is looked at before it is opened: opening a device can do things.
  auto there = open_named(in, name, look_only);
  if (!there.is_open() && errno == ENOENT)
    return std::optional<std::string>();
  if (!there.is_open())
    return system_error(errno, "open", name);
  if (auto fine = check_kind(there, name, bytes_max); !fine)
    return fine.failure();
  auto file = open_named(in, name, to_read);
  if (!file.is_open())
    return system_error(errno, "open", name);
  if (auto fine = check_kind(file, name, bytes_max); !fine)
    return fine.failure();
  std::string bytes(bytes_max + 1, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    auto got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_error(errno, "read", name);
    if (got == 0)
      break;
    filled += static_cast<size_t>(got);
  }
  if (filled > bytes_max)
    return make_error(ec::tool_denied,
                      name + ": expected at most " + std::to_string(bytes_max) + " bytes");
  bytes.resize(filled);
  return std::optional(std::move(bytes));
}

bool holds_entry(const folder& in, const char* name) {
  return ::faccessat(in.handle().get(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

} // namespace kodad::storage::host
