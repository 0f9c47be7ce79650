// body = u8 type, u32 turn, u32 content begin, u32 content end, data
// A run's content range goes along so that replayed frames can be merged like live ones.
#include "storage/event_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

using proto::result;

namespace {

constexpr size_t head_bytes = 13;

std::string encode_event(const proto::event& what) {
  std::string out;
  out.reserve(1 + head_bytes + what.data.size());
  out += value_version;
  out += static_cast<char>(what.type);
  append_u32(out, what.turn);
  append_u32(out, what.content_begin);
  append_u32(out, what.content_end);
  out += what.data;
  return out;
}

result<proto::event> decode_event(std::string_view value) {
  auto body = body_of(value);
  if (!body)
    return unreadable(table::events, body.failure());
  auto types = words(proto::event_type{}).size();
  if (body->size() < head_bytes || static_cast<uint8_t>((*body)[0]) >= types)
    return unreadable(table::events, proto::make_error(proto::ec::storage_failed, "not an event"));
  proto::event out;
  out.type = static_cast<proto::event_type>((*body)[0]);
  out.turn = read_u32(body->substr(1));
  out.content_begin = read_u32(body->substr(5));
  out.content_end = read_u32(body->substr(9));
  out.data = body->substr(head_bytes);
  return out;
}

} // namespace

void event_store::append(write_batch& into, const proto::session_id& session, uint64_t id,
                         const proto::event& what) {
  into.put(table::events, session_key(session, id), encode_event(what));
}

void event_store::erase_below(write_batch& into, const proto::session_id& session, uint64_t id) {
  into.erase_range(table::events, session_prefix(session), session_key(session, id));
}

result<std::vector<kept_event>> event_store::page(const snapshot& at,
                                                  const proto::session_id& session, uint64_t after,
                                                  const event_bounds& bounds) {
  std::vector<kept_event> out;
  if (after == UINT64_MAX)
    return out;
  size_t bytes = 0;
  result<void> read;
  auto scanned =
      at.scan(table::events, {session_key(session, after + 1), session_end(session)},
              lmdb::direction::forward, [&](std::string_view key, std::string_view value) {
                auto what = decode_event(value);
                if (!what) {
                  read = what.failure();
                  return false;
                }
                bytes += value.size();
                out.push_back({read_u64(after_session(key)), std::move(*what)});
                return bytes < bounds.bytes_max && out.size() < bounds.count_max;
              });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

result<std::optional<uint64_t>> event_store::first_id(const snapshot& at,
                                                      const proto::session_id& session) {
  std::optional<uint64_t> out;
  auto scanned =
      at.scan_keys(table::events, {session_prefix(session), session_end(session)},
                   lmdb::direction::forward, [&](std::string_view key, std::string_view) {
                     out = read_u64(after_session(key));
                     return false;
                   });
  if (!scanned)
    return scanned.failure();
  return out;
}

result<std::optional<uint64_t>> event_store::last_durable_id(const snapshot& at,
                                                             const proto::session_id& session) {
  std::optional<uint64_t> out;
  result<void> read;
  auto scanned =
      at.scan(table::events, {session_prefix(session), session_end(session)},
              lmdb::direction::backward, [&](std::string_view key, std::string_view value) {
                auto what = decode_event(value);
                if (!what)
                  read = what.failure();
                else if (is_transient(what->type))
                  return true;
                else
                  out = read_u64(after_session(key));
                return false;
              });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

} // namespace kodad::storage
