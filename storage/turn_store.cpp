#include "storage/turn_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

using proto::result;

namespace {

/// Does it wait in the queue, or was it cancelled there?
bool never_began(const proto::turn& shown) {
  bool was_withdrawn = shown.state == proto::turn_phase::cancelled && !shown.started_at;
  return shown.state == proto::turn_phase::queued || was_withdrawn;
}

} // namespace

void turn_store::put(write_batch& into, const proto::turn_record& turn) {
  const auto& shown = turn.shown;
  update(into, turn);
  if (is_active(shown.state))
    into.put(table::active_turns, session_key(shown.session_id, shown.number), "");
  std::string number(1, value_version);
  append_u32(number, shown.number);
  into.put(table::operations, session_key(shown.session_id, shown.operation_id.text), number);
}

void turn_store::update(write_batch& into, const proto::turn_record& turn) {
  auto key = session_key(turn.shown.session_id, turn.shown.number);
  into.put(table::turns, key, encode(turn));
  if (!is_active(turn.shown.state))
    into.erase(table::active_turns, key);
}

turn_store::maybe_turn turn_store::find(const snapshot& at, const proto::session_id& session,
                                        uint32_t number) {
  return read_one<proto::turn_record>(at, table::turns, session_key(session, number));
}

turn_store::maybe_turn turn_store::find_operation(const snapshot& at,
                                                  const proto::session_id& session,
                                                  const proto::operation_id& operation) {
  auto key = session_key(session, operation.text);
  if (key.size() > key_bytes_max)
    return std::optional<proto::turn_record>();
  auto value = at.get(table::operations, key);
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<proto::turn_record>();
  auto body = body_of(**value);
  if (!body || body->size() != 4)
    return unreadable(table::operations, proto::make_error(proto::ec::storage_failed, "no number"));
  return find(at, session, read_u32(*body));
}

turn_store::maybe_turn turn_store::last(const snapshot& at, const proto::session_id& session) {
  std::optional<proto::turn_record> out;
  result<void> read;
  auto scanned = at.scan(table::turns, {session_prefix(session), session_end(session)},
                         lmdb::direction::backward, [&](std::string_view, std::string_view value) {
                           auto turn = decode<proto::turn_record>(table::turns, value);
                           if (!turn)
                             read = turn.failure();
                           else if (never_began(turn->shown))
                             return true;
                           else
                             out = std::move(*turn);
                           return false;
                         });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

result<std::vector<std::pair<proto::session_id, uint32_t>>> turn_store::active(const snapshot& at) {
  std::vector<std::pair<proto::session_id, uint32_t>> out;
  auto scanned = at.scan(table::active_turns, {"", "\xff"}, lmdb::direction::forward,
                         [&](std::string_view key, std::string_view) {
                           out.emplace_back(session_of(key), read_u32(after_session(key)));
                           return true;
                         });
  if (!scanned)
    return scanned.failure();
  return out;
}

result<std::vector<proto::turn_record>> turn_store::active_of(const snapshot& at,
                                                              const proto::session_id& session) {
  std::vector<uint32_t> numbers;
  auto scanned = at.scan(table::active_turns, {session_prefix(session), session_end(session)},
                         lmdb::direction::forward, [&](std::string_view key, std::string_view) {
                           numbers.push_back(read_u32(after_session(key)));
                           return true;
                         });
  if (!scanned)
    return scanned.failure();
  std::vector<proto::turn_record> out;
  for (auto number : numbers) {
    auto turn = find(at, session, number);
    if (!turn)
      return turn.failure();
    if (*turn)
      out.push_back(std::move(**turn));
  }
  return out;
}

result<uint64_t> turn_store::first_event_of(const snapshot& at, const proto::session_id& session,
                                            uint32_t number) {
  auto turn = find(at, session, number);
  if (!turn)
    return turn.failure();
  return *turn ? (*turn)->first_event_id : 0;
}

} // namespace kodad::storage
