#include "storage/blob_files.hpp"

#include "proto/limits/storage.hpp"
#include "storage/digest.hpp"

#include <mutex>
#include <unordered_map>

namespace kodad::storage {

using proto::ec;

namespace {

constexpr const char* other_content = "is damaged: it has other content";

} // namespace

/// The files that were read whole, as they were then, with what was wrong with them.
class blob_files::seen_files {
public:
  struct sight {
    host::file_version version;
    bool is_sound = false;
  };

  std::optional<sight> find(std::string_view digest) const {
    std::lock_guard lock(mutex_);
    auto found = seen_.find(std::string(digest));
    return found == seen_.end() ? std::nullopt : std::optional(found->second);
  }

  void note(std::string_view digest, const sight& what) {
    std::lock_guard lock(mutex_);
    if (seen_.size() >= proto::limits::blobs_seen)
      seen_.erase(seen_.begin());
    seen_.insert_or_assign(std::string(digest), what);
  }

private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, sight> seen_;
};

blob_files::blob_files(std::string folder)
    : folder_(std::move(folder)), seen_(std::make_shared<seen_files>()) {}

std::string blob_files::path_of(std::string_view digest) const {
  auto name = to_hex(digest);
  return folder_ + "/" + name.substr(0, 2) + "/" + name;
}

proto::result<void> blob_files::write(std::string_view digest, std::string_view bytes) const {
  auto path = path_of(digest);
  bool is_there = host::file_exists(path);
  if (is_there) {
    auto kept = read(digest, bytes.size());
    if (kept)
      return {};
    // Out of reach for the moment, it may be sound, and others refer to it.
    if (kept.failure().code != ec::storage_failed)
      return kept.failure();
  }
  // One that was damaged is written anew.
  auto written = host::make_folders(path.substr(0, path.rfind('/')));
  if (written)
    written = host::write_durably(path, bytes);
  if (written)
    return {};
  // What may not be durable must not look as if it were.
  if (!is_there || read(digest, bytes.size()))
    host::remove_file(path);
  return failed(digest, "cannot be written", written.failure());
}

void blob_files::keep_only(const std::unordered_set<std::string>& names) const {
  for (const auto& path : host::files_below(folder_))
    if (!names.contains(path.substr(path.rfind('/') + 1)))
      host::remove_file(path);
}

/// The file as it is now, if it may be the right one.
proto::result<host::file_version> blob_files::look_at(std::string_view digest,
                                                      uint64_t size) const {
  auto version = host::version_of(path_of(digest));
  if (!version)
    return failed(digest, "cannot be read", version.failure());
  if (!*version)
    return lost(digest, "is missing");
  if ((*version)->size != size)
    return lost(digest, "is damaged: it has another size");
  return **version;
}

proto::result<std::string> blob_files::read(std::string_view digest, uint64_t size) const {
  auto version = look_at(digest, size);
  if (!version)
    return version.failure();
  auto bytes = host::read_whole(path_of(digest), size);
  if (!bytes)
    return failed(digest, "cannot be read", bytes.failure());
  bool is_sound = sha256(*bytes) == digest;
  seen_->note(digest, {*version, is_sound});
  if (!is_sound)
    return lost(digest, other_content);
  return bytes;
}

proto::result<void> blob_files::check(std::string_view digest, uint64_t size,
                                      uint64_t& budget) const {
  auto version = look_at(digest, size);
  if (!version)
    return version.failure();
  auto seen = seen_->find(digest);
  bool is_known = seen && seen->version == *version;
  if (is_known && !seen->is_sound)
    return lost(digest, other_content);
  if (is_known || size > budget)
    return {};
  budget -= size;
  auto bytes = read(digest, size);
  return bytes ? proto::result<void>() : bytes.failure();
}

proto::error blob_files::lost(std::string_view digest, const std::string& how) {
  auto name = to_hex(digest);
  return proto::make_error(ec::storage_failed,
                           "the stored file blobs/" + name.substr(0, 2) + "/" + name + " " + how);
}

/// The same for what the system says.
proto::error blob_files::failed(std::string_view digest, const char* how, const proto::error& why) {
  // What stands before it holds the path.
  auto reason = why.context.substr(why.context.rfind(": ") + 2);
  auto out = lost(digest, std::string(how) + ": " + reason);
  out.code = why.code;
  return out;
}

void blob_files::remove(std::string_view digest) const {
  host::remove_file(path_of(digest));
}

} // namespace kodad::storage
