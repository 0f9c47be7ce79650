// EVENT STORE: the log of each session's events, for streams that come back.
#pragma once

#include "proto/event.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

struct kept_event {
  uint64_t id = 0;
  proto::event what;
};

/// A page ends with the event that exceeds either bound.
struct event_bounds {
  size_t bytes_max = 0;
  size_t count_max = 0;
};

class event_store {
public:
  static void append(write_batch& into, const proto::session_id& session, uint64_t id,
                     const proto::event& what);

  /// Removes the events below an id.
  static void erase_below(write_batch& into, const proto::session_id& session, uint64_t id);

  /// Events after an id, in order.
  static proto::result<std::vector<kept_event>> page(const snapshot& at,
                                                     const proto::session_id& session,
                                                     uint64_t after, const event_bounds& bounds);

  /// The oldest event's id; nothing for an empty log.
  static proto::result<std::optional<uint64_t>> first_id(const snapshot& at,
                                                         const proto::session_id& session);

  /// The newest event that is not transient; nothing if there is none.
  static proto::result<std::optional<uint64_t>> last_durable_id(const snapshot& at,
                                                                const proto::session_id& session);
};

} // namespace kodad::storage
