// OPEN AT: the kernel's way of opening a path beneath a folder or without links, which folder.hpp,
// the git guard and the sandbox are built on.
#pragma once

#include "storage/host/descriptor.hpp"

#include <cstdint>
#include <linux/openat2.h>
#include <string>

namespace kodad::storage::host {

/// @param folder An open folder, or AT_FDCWD. @param flags Of open; O_CLOEXEC is added.
/// @param resolve RESOLVE_…; RESOLVE_NO_MAGICLINKS is added. Not open, with errno, on failure.
descriptor open_at(int folder, const std::string& path, uint64_t flags, uint64_t resolve);

} // namespace kodad::storage::host
