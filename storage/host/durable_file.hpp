// DURABLE FILES of the state folder: plain files at paths of our own making, written so that a
// power cut leaves the old content or the new. For files of a workspace see host/folder.hpp. Fails
// with `storage_full`, with `host_full` where the process ran out of descriptors or memory, else
// with `storage_failed`.
#pragma once

#include "proto/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kodad::storage::host {

bool file_exists(const std::string& path);

/// Tells whether a file may have been changed since it was looked at.
struct file_version {
  uint64_t size = 0;
  uint64_t inode = 0;
  int64_t changed_ns = 0; ///< Whoever writes to it cannot set this.
  bool operator==(const file_version&) const = default;
};

/// Nothing when there is no file.
proto::result<std::optional<file_version>> version_of(const std::string& path);

/// Is there a file, or a folder with something in it?
bool holds_something(const std::string& path);

/// Removes a folder and all in it. Not an error if there is none.
proto::result<void> remove_folder(const std::string& path);

/// Puts a file in another's place, for good.
proto::result<void> rename_durably(const std::string& from, const std::string& to);

/// Creates a folder (0700) and those above it. Not an error if it is there.
proto::result<void> make_folders(const std::string& path);

/// Temporary file, fsync, rename, fsync of the folder. The file has mode 0600.
proto::result<void> write_durably(const std::string& path, std::string_view bytes);

/// Makes a file of that size durable and removes it again: is there room, and may it be used?
proto::result<void> try_to_write(const std::string& path, uint64_t size);

/// Exactly `size` bytes; anything else fails with `storage_failed`.
proto::result<std::string> read_whole(const std::string& path, uint64_t size);

void remove_file(const std::string& path);

/// Makes the entries of a folder durable.
proto::result<void> sync_folder(const std::string& path);

/// The paths of all plain files below a folder, at any depth, in no order.
std::vector<std::string> files_below(const std::string& path);

/// A lock on a file, held until the object or the process ends, however it ends.
class file_lock {
public:
  /// Nothing when somebody else holds it, in this process or another.
  static proto::result<std::optional<file_lock>> take(const std::string& path);

  file_lock(file_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

private:
  explicit file_lock(int fd) : fd_(fd) {}

  int fd_;
};

} // namespace kodad::storage::host
