// TURN STORE: the turns of each session, with a small table of those still to end, which is what a
// start after a crash looks at.
#pragma once

#include "proto/turn.hpp"
#include "storage/database.hpp"

#include <utility>

namespace kodad::storage {

class turn_store {
public:
  using maybe_turn = proto::result<std::optional<proto::turn_record>>;

  static void put(write_batch& into, const proto::turn_record& turn);

  /// Puts a turn that is kept already, where it has begun: what cannot have changed stays.
  static void update(write_batch& into, const proto::turn_record& turn);

  static maybe_turn find(const snapshot& at, const proto::session_id& session, uint32_t number);
  static maybe_turn find_operation(const snapshot& at, const proto::session_id& session,
                                   const proto::operation_id& operation);

  /// The turn that began last; those that are queued, or were cancelled there, do not count.
  static maybe_turn last(const snapshot& at, const proto::session_id& session);

  /// All turns still to end, by session and number.
  static proto::result<std::vector<std::pair<proto::session_id, uint32_t>>>
  active(const snapshot& at);

  /// Those of one session, by number.
  static proto::result<std::vector<proto::turn_record>> active_of(const snapshot& at,
                                                                  const proto::session_id& session);

  /// The id of a turn's first event; 0 when it has not begun or there is no such turn.
  static proto::result<uint64_t> first_event_of(const snapshot& at,
                                                const proto::session_id& session, uint32_t number);
};

} // namespace kodad::storage
