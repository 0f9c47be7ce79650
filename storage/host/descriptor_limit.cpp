#include "storage/host/descriptor_limit.hpp"

#include <cstdint>
#include <sys/resource.h>

namespace kodad::storage::host {

size_t descriptors_allowed() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
    return SIZE_MAX;
  return static_cast<size_t>(files.rlim_cur);
}

} // namespace kodad::storage::host
