// The METADATA CACHE: the copy of models.dev that was fetched last, as one file of the state
// folder. Losing it costs a download, so whatever cannot be read counts as not there.
#pragma once

#include "proto/metadata/models_dev.hpp"

#include <optional>
#include <string>

namespace kodad::storage {

class metadata_cache {
public:
  /// @param folder The state folder; it exists.
  explicit metadata_cache(const std::string& folder);

  /// What was saved last. Nothing when there is no file, or one that is damaged or too large.
  std::optional<proto::kept_metadata> load() const;

  /// Replaces the file, durably and as a whole.
  proto::result<void> save(const proto::kept_metadata& kept) const;

private:
  std::string path_;
};

/// The newer one of what was saved and what came with the program, by `checked_at`.
proto::result<proto::kept_metadata> newest_metadata(std::optional<proto::kept_metadata> saved);

} // namespace kodad::storage
