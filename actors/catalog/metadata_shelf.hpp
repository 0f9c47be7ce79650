// The METADATA SHELF: does one piece of work on the files of models.dev and quits. Reading,
// parsing and writing megabytes blocks, so it is spawned detached; the metadata actor, which asks
// it, is not. Holds nothing.
#pragma once

#include "actors/error.hpp"
#include "proto/metadata/models_dev.hpp"
#include "storage/models_dev/metadata_cache.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace kodad::actors {

/// What was had from the web and is kept in the cache.
struct cached_copy {
  std::string url;
  std::string etag;
  proto::timestamp checked_at;
};

/// From the shelf: what is known now.
struct metadata_on_shelf {
  std::shared_ptr<const proto::model_metadata> known;
  std::optional<cached_copy> cached;  ///< Nothing when there is no copy on disk.
  std::optional<std::string> failure; ///< It is known, but could not be kept.
};

/// To the shelf: give the newest of cache and snapshot.
struct take_from_shelf {};

/// To the shelf: this answer of models.dev is what is known from now on. Fails, and changes
/// nothing, when it cannot be read.
struct put_on_shelf {
  std::string url;
  std::string etag;
  proto::timestamp now;
  std::string body;
};

/// To the shelf: what is in the cache is still so. Fails when it is gone.
struct renew_on_shelf {
  proto::timestamp now;
};

using metadata_shelf_actor =
    caf::typed_actor<caf::replies_to<take_from_shelf>::with<metadata_on_shelf>,
                     caf::replies_to<put_on_shelf>::with<metadata_on_shelf>,
                     caf::replies_to<renew_on_shelf>::with<metadata_on_shelf>>;

metadata_shelf_actor::behavior_type metadata_shelf(metadata_shelf_actor::pointer self,
                                                   storage::metadata_cache cache);

} // namespace kodad::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::metadata_on_shelf)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::take_from_shelf)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::put_on_shelf)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::renew_on_shelf)
