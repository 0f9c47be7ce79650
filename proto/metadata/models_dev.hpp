// MODELS.DEV: the JSON of https://models.dev/api.json, and the form in which we keep it: the same
// shape, cut down to what we read, in an envelope that says where and when it was had. The bundled
// snapshot (storage/models_dev/) and the copy in the state folder have that form.
//
// The file is maintained by many people and comes over the network: what has a wrong shape is left
// out, entry by entry or field by field, and everything is bounded (limits::metadata_…).
#pragma once

#include "proto/metadata/model_metadata.hpp"
#include "proto/result.hpp"
#include "proto/timestamp.hpp"

#include <string>
#include <string_view>

namespace kodad::proto {

/// Metadata and its origin.
struct kept_metadata {
  std::string url;      ///< Where it was had; empty for the bundled snapshot.
  std::string etag;     ///< Of that answer; may be empty.
  timestamp fetched_at; ///< When what it says was true.
  timestamp checked_at; ///< When it was last known to be still so.
  model_metadata known;
};

/// Reads api.json. Models that take or give no text are left out. Fails with `provider_failed` when
/// it is not JSON, or holds no model at all: that is never what the list has become.
result<model_metadata> read_models_dev(std::string_view body);

/// Reads what `write_kept` wrote, by the same rules.
result<kept_metadata> read_kept(std::string_view text);

/// One model a line.
std::string write_kept(const kept_metadata& kept);

} // namespace kodad::proto
