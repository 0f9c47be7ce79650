// DATA FILE: the open database file as the file system sees it.
#pragma once

#include <cstdint>
#include <string>

namespace kodad::storage::lmdb {

/// Makes an open file reach to `bytes`, durably; nothing when it does. Else a number of errno.
int reach(int fd, uint64_t bytes);

/// Is the open file the one that its path leads to? Removed, replaced or moved, it would not be
/// found by the next start. True where nobody can tell.
bool is_at(int fd, const std::string& path);

} // namespace kodad::storage::lmdb
