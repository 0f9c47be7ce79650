#include "storage/blob_files.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"

namespace kodad::storage {

std::string blob_files::path_of(std::string_view digest) const {
  auto name = to_hex(digest);
  return folder_ + "/" + name.substr(0, 2) + "/" + name;
}

proto::result<void> blob_files::write(std::string_view digest, std::string_view bytes) const {
  auto path = path_of(digest);
  // One that was damaged is written anew.
  if (host::file_exists(path) && read(digest, bytes.size()))
    return {};
  if (auto made = host::make_folders(path.substr(0, path.rfind('/'))); !made)
    return made;
  auto written = host::write_durably(path, bytes);
  // What may not be durable must not look as if it were.
  if (!written)
    host::remove_file(path);
  return written;
}

void blob_files::keep_only(const std::unordered_set<std::string>& names) const {
  for (const auto& path : host::files_below(folder_))
    if (!names.contains(path.substr(path.rfind('/') + 1)))
      host::remove_file(path);
}

proto::result<std::string> blob_files::read(std::string_view digest, uint64_t size) const {
  auto bytes = host::read_whole(path_of(digest), size);
  // Not the path: this may become an answer to a client.
  if (!bytes)
    return damaged(digest, bytes.failure().code, "is missing or cannot be read whole");
  if (sha256(*bytes) != digest)
    return damaged(digest, proto::ec::storage_failed, "is damaged: it has other content");
  return bytes;
}

proto::error blob_files::damaged(std::string_view digest, proto::ec code, const char* how) {
  auto name = to_hex(digest);
  return proto::make_error(code,
                           "the stored file blobs/" + name.substr(0, 2) + "/" + name + " " + how);
}

void blob_files::remove(std::string_view digest) const {
  host::remove_file(path_of(digest));
}

} // namespace kodad::storage
