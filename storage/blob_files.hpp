// BLOB FILES: values too large for the database, each in a file named by its digest. Written and
// made durable before the row that refers to it; removed after the commit that drops the last
// reference. Counting the references is the database's business.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace kodad::storage {

class blob_files {
public:
  explicit blob_files(std::string folder) : folder_(std::move(folder)) {}

  /// Makes `bytes` durable under their digest (32 raw bytes). Nothing to do if they are there
  /// unharmed.
  proto::result<void> write(std::string_view digest, std::string_view bytes) const;

  /// Removes what a crash left behind: all files but those of the given digests, in hexadecimal.
  void keep_only(const std::unordered_set<std::string>& names) const;

  /// Fails with `storage_failed` unless the file has the very content that its name is made of.
  proto::result<std::string> read(std::string_view digest, uint64_t size) const;

  /// Not an error if there is none.
  void remove(std::string_view digest) const;

private:
  static proto::error damaged(std::string_view digest, proto::ec code, const char* how);
  std::string path_of(std::string_view digest) const;

  std::string folder_;
};

} // namespace kodad::storage
