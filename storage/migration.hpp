// MIGRATION: brings a database of an older format up to date, in steps that a crash may cut off
// anywhere: what is done is seen by looking at it.
#pragma once

#include "proto/result.hpp"
#include "storage/lmdb/environment.hpp"

#include <cstdint>

namespace kodad::storage {

/// What must be known of the ids in the database: the greatest time in any of them.
struct migrated {
  int64_t newest_id_ms = 0;
};

/// Format 1 to 2: seals every row.
proto::result<migrated> seal_all(lmdb::environment& of);

/// Puts the row that tells the format.
proto::result<void> put_format(lmdb::transaction& into, uint32_t format);

} // namespace kodad::storage
