// BLOB FILES: values too large for the database, each in a file named by its digest. Written and
// made durable before the row that refers to it; removed after the commit that drops the last
// reference. Counting the references is the database's business.
//
// A file is believed only when its content has the digest that it is named by, whenever it is read.
// No error holds the folder's path: it may become an answer to a client.
#pragma once

#include "proto/result.hpp"
#include "storage/host/durable_file.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace kodad::storage {

class blob_files {
public:
  explicit blob_files(std::string folder);

  /// Makes `bytes` durable under their digest (32 raw bytes). Nothing to do if they are there
  /// unharmed.
  proto::result<void> write(std::string_view digest, std::string_view bytes) const;

  /// Removes what a crash left behind: all files but those of the given digests, in hexadecimal.
  void keep_only(const std::unordered_set<std::string>& names) const;

  /// Fails with `storage_failed` unless the file has the very content that its name is made of;
  /// with `host_full` when the process could not look.
  proto::result<std::string> read(std::string_view digest, uint64_t size) const;

  /// Would `read` succeed? Files that have not changed since they were last read whole are not read
  /// again. One that has is read only if `budget`, from which its size is taken, allows; else it
  /// counts as sound when it is there and has its size.
  proto::result<void> check(std::string_view digest, uint64_t size, uint64_t& budget) const;

  /// Not an error if there is none.
  void remove(std::string_view digest) const;

private:
  class seen_files;
  proto::result<host::file_version> look_at(std::string_view digest, uint64_t size) const;
  static proto::error lost(std::string_view digest, const std::string& how);
  static proto::error failed(std::string_view digest, const char* how, const proto::error& why);
  std::string path_of(std::string_view digest) const;

  std::string folder_;
  std::shared_ptr<seen_files> seen_; // What `check` has read; shared by copies.
};

} // namespace kodad::storage
