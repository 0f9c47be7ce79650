// MESSAGE STORE: the transcript. A message's head and its parts are rows of their own, side by
// side, so that a turn that grows appends rows and a page is one scan.
#pragma once

#include "proto/message.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

/// Which messages, of those after one and before another: the first, or the last. Those before one
/// alone are the last.
struct message_bounds {
  size_t limit = 0;
  std::optional<proto::message_id> before;
  std::optional<proto::message_id> after;
  bool from_the_end = false;
};

struct message_slice {
  std::vector<proto::full_message> messages; ///< Oldest first.
  bool has_newer = false;
  bool has_older = false;
};

class message_store {
public:
  static void put_head(write_batch& into, const proto::session_id& session,
                       const proto::message_record& head);

  /// Puts the head of a message that is kept already.
  static void update_head(write_batch& into, const proto::session_id& session,
                          const proto::message_record& head);

  /// A file part's bytes are kept beside it, once for all parts with the same bytes.
  static void put_part(write_batch& into, const proto::session_id& session, uint64_t sequence,
                       uint32_t index, const proto::part_record& part);

  /// Without the bytes of files, though it says which are lost; at most `limits::page_bytes` of
  /// JSON, or one message. Fails with `message_not_found` when a bound names no message of the
  /// session.
  static proto::result<message_slice> page(const snapshot& at, const proto::session_id& session,
                                           const message_bounds& bounds);

  /// All messages below a sequence number, oldest first, with the bytes of their files. Here and
  /// in pages, what stood in a blob file that is lost is a part that says so (proto::is_lost).
  static proto::result<std::vector<proto::full_message>>
  history(const snapshot& at, const proto::session_id& session, uint64_t below_sequence);

  static proto::result<std::optional<uint64_t>>
  find_sequence(const snapshot& at, const proto::session_id& session, const proto::message_id& id);
};

} // namespace kodad::storage
