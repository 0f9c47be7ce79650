// SESSION STORE: the session records, and their order by last change. Key grammar in schema.hpp.
#pragma once

#include "proto/command.hpp"
#include "storage/database.hpp"

#include <functional>

namespace kodad::storage {

class session_store {
public:
  /// @param before The record as last put, whose place in the order it leaves; null when new.
  static void put(write_batch& into, const proto::session_record& now,
                  const proto::session_record* before);

  static proto::result<std::optional<proto::session_record>> find(const snapshot& at,
                                                                  const proto::session_id& id);

  static proto::result<bool> contains(const snapshot& at, const proto::session_id& id);

  /// Sessions that fit, the last changed first, at most `limits::page_bytes` of them; members of
  /// unusual length are cut with a mark. The cursor names the place after the last one
  /// given, so that changes meanwhile neither repeat nor hide a session that did not change. Fails
  /// with `invalid_value` on a cursor that is none.
  static proto::result<proto::session_page> page(const snapshot& at,
                                                 const proto::list_sessions& wish);
};

/// Removes all that is kept of a session. Not an error if there is none.
proto::result<void> erase_session(write_batch& into, const snapshot& at,
                                  const proto::session_id& id);

/// Messages to copy into a new session.
struct copy_range {
  proto::session_id from;
  proto::session_id to;
  uint64_t last_sequence = 0;
};

struct copied_messages {
  uint32_t last_turn = 0;
};

/// Copies the messages and their parts up to `last_sequence`, with new ids.
proto::result<copied_messages> copy_messages(write_batch& into, const snapshot& at,
                                             const copy_range& range,
                                             const std::function<proto::message_id()>& new_id);

} // namespace kodad::storage
