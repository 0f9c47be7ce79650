// DURABLE FILES of the state folder: plain files at paths of our own making, written so that a
// power cut leaves the old content or the new. For files of a workspace see host/folder.hpp.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>

namespace kodad::storage::host {

bool file_exists(const std::string& path);

/// Creates a folder (0700) and those above it. Not an error if it is there.
proto::result<void> make_folders(const std::string& path);

/// Temporary file, fsync, rename, fsync of the folder. The file has mode 0600.
proto::result<void> write_durably(const std::string& path, std::string_view bytes);

/// Exactly `size` bytes; anything else fails with `storage_failed`.
proto::result<std::string> read_whole(const std::string& path, uint64_t size);

void remove_file(const std::string& path);

/// Holds `path` for this process until it ends; false when another process holds it.
proto::result<bool> lock_file(const std::string& path);

} // namespace kodad::storage::host
