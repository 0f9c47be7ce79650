// The DESCRIPTOR SHARE: how many of the process's descriptors the door may use. The rest of the
// house keeps a reserve, so that no number of clients can take the files and pipes that sessions
// work with. Pure, but for one look at the process's limit.
#pragma once

#include "proto/result.hpp"

#include <cstddef>

namespace kodad::http {

struct descriptor_share {
  size_t connections = 0; ///< The cap: connections and streams together.
  size_t margin = 0;      ///< Above the cap, for urgent requests and refusals.
};

/// @param descriptors What the process may have open.
/// @param wanted Connections at most. Fails with `invalid_value` when there is too little to share.
proto::result<descriptor_share> share_descriptors(size_t descriptors, size_t wanted);

/// RLIMIT_NOFILE as it is in force.
size_t descriptors_allowed();

} // namespace kodad::http
