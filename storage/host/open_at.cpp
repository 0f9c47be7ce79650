#include "storage/host/open_at.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// openat2 gives up with EAGAIN when a rename elsewhere disturbed its walk. Under the fastest
// flipping seen a few tries are enough.
constexpr int walk_attempts_max = 1000;

} // namespace

descriptor open_at(int folder, const std::string& path, uint64_t flags, uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  for (int i = 0; i < walk_attempts_max; ++i) {
    auto fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0)
      return descriptor(static_cast<int>(fd));
    if (errno != EAGAIN && errno != EINTR)
      break;
  }
  return {};
}

} // namespace kodad::storage::host
