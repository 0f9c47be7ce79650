#include "storage/models_dev/metadata_cache.hpp"

#include "proto/limits.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/models_dev/snapshot.hpp"

#include <filesystem>

namespace kodad::storage {

metadata_cache::metadata_cache(const std::string& folder) : path_(folder + "/models.dev.json") {}

std::optional<proto::kept_metadata> metadata_cache::load() const {
  std::error_code failed;
  auto size = std::filesystem::file_size(path_, failed);
  if (failed || size > proto::limits::metadata_bytes)
    return std::nullopt;
  auto text = host::read_whole(path_, size);
  if (!text)
    return std::nullopt;
  auto kept = proto::read_kept(*text);
  return kept ? std::optional(std::move(*kept)) : std::nullopt;
}

proto::result<void> metadata_cache::save(const proto::kept_metadata& kept) const {
  return host::write_durably(path_, proto::write_kept(kept));
}

proto::result<proto::kept_metadata> newest_metadata(std::optional<proto::kept_metadata> saved) {
  auto bundled = proto::read_kept(bundled_metadata());
  if (saved && (!bundled || saved->checked_at >= bundled->checked_at))
    return std::move(*saved);
  return bundled;
}

} // namespace kodad::storage
