// CRASH TRACE: what a host that was killed leaves for the next start to put right, before anybody
// asks.
#pragma once

#include "storage/database.hpp"

namespace kodad::storage {

/// Lets the sessions whose turn was cut off say as their last event's id the end of what was
/// reserved: any id up to there may have been shown.
proto::result<void> settle_event_ids(database& opened);

} // namespace kodad::storage
