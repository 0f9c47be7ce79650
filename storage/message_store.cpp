#include "storage/message_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

#include <algorithm>

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

std::string row_key(const proto::session_id& session, uint64_t sequence, uint32_t slot) {
  auto key = session_key(session, sequence);
  append_u32(key, slot);
  return key;
}

/// Adds one row to the messages read so far.
result<void> add_row(std::string_view key, std::string_view value,
                     std::vector<proto::full_message>& to) {
  if (read_u32(after_session(key).substr(8)) == 0) {
    auto head = decode<proto::message_record>(table::messages, value);
    if (!head)
      return head.failure();
    to.push_back({std::move(*head), {}});
    return {};
  }
  auto part = decode<proto::part_record>(table::messages, value);
  if (!part)
    return part.failure();
  // A part without its head belongs to a message whose turn has not begun; there is none.
  if (!to.empty())
    to.back().parts.push_back(std::move(*part));
  return {};
}

/// The messages with sequence numbers in [first, end), at most `limit`; one more tells of more.
result<std::vector<proto::full_message>> read_range(const snapshot& at,
                                                    const proto::session_id& session,
                                                    uint64_t first, uint64_t end, size_t limit) {
  std::vector<proto::full_message> out;
  result<void> read;
  auto scanned =
      at.scan(table::messages, {row_key(session, first, 0), row_key(session, end, 0)},
              lmdb::direction::forward, [&](std::string_view key, std::string_view value) {
                bool is_head = read_u32(after_session(key).substr(8)) == 0;
                if (is_head && out.size() == limit)
                  return false;
                read = add_row(key, value, out);
                return read.ok();
              });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

/// The sequence number of the `limit`th message before `end`, or of the first.
result<uint64_t> count_back(const snapshot& at, const proto::session_id& session, uint64_t end,
                            size_t limit) {
  uint64_t first = end;
  size_t seen = 0;
  auto scanned =
      at.scan_keys(table::messages, {session_prefix(session), row_key(session, end, 0)},
                   lmdb::direction::backward, [&](std::string_view key, std::string_view) {
                     auto rest = after_session(key);
                     if (read_u32(rest.substr(8)) != 0)
                       return true;
                     first = read_u64(rest);
                     return ++seen < limit;
                   });
  if (!scanned)
    return scanned.failure();
  return first;
}

result<uint64_t> must_find(const snapshot& at, const proto::session_id& session,
                           const proto::message_id& id) {
  auto found = message_store::find_sequence(at, session, id);
  if (!found)
    return found.failure();
  if (!*found)
    return proto::make_error(ec::message_not_found, "there is no such message in the session");
  return **found;
}

/// The bytes of a file part; empty when they are not kept.
result<std::string> read_file(const snapshot& at, const std::string& key) {
  auto value = at.get(table::files, key);
  if (!value)
    return value.failure();
  if (!*value)
    return std::string();
  auto body = body_of(**value);
  if (!body)
    return unreadable(table::files, body.failure());
  return std::string(*body);
}

} // namespace

void message_store::put_head(write_batch& into, const proto::session_id& session,
                             const proto::message_record& head) {
  into.put(table::messages, row_key(session, head.sequence, 0), encode(head));
  std::string sequence(1, value_version);
  append_u64(sequence, head.sequence);
  into.put(table::message_ids, session_key(session, head.id.text), sequence);
}

void message_store::put_part(write_batch& into, const proto::session_id& session, uint64_t sequence,
                             uint32_t index, const proto::part_record& part) {
  into.put(table::messages, row_key(session, sequence, index + 1), encode(part));
  if (part.shown.type == proto::part_type::file && !part.content.empty())
    into.put(table::files, row_key(session, sequence, index + 1),
             std::string(1, value_version) + part.content);
}

result<message_slice> message_store::page(const snapshot& at, const proto::session_id& session,
                                          const message_bounds& bounds) {
  uint64_t first = 0;
  uint64_t end = UINT64_MAX;
  if (bounds.after) {
    auto after = must_find(at, session, *bounds.after);
    if (!after)
      return after.failure();
    first = *after + 1;
  }
  if (bounds.before) {
    auto before = must_find(at, session, *bounds.before);
    if (!before)
      return before.failure();
    end = *before;
  }
  message_slice out;
  auto limit = std::min(bounds.limit, SIZE_MAX - 1); // One more is read than given.
  if (bounds.before && !bounds.after) {
    auto back = count_back(at, session, end, limit);
    if (!back)
      return back.failure();
    first = *back;
  }
  auto found = read_range(at, session, first, end, limit + 1);
  if (!found)
    return found.failure();
  out.messages = std::move(*found);
  out.has_newer = out.messages.size() > limit || bounds.before.has_value();
  out.messages.resize(std::min(out.messages.size(), limit));
  out.has_older = !out.messages.empty() && out.messages.front().head.sequence > 0;
  return out;
}

result<std::vector<proto::full_message>> message_store::history(const snapshot& at,
                                                                const proto::session_id& session,
                                                                uint64_t below_sequence) {
  auto out = read_range(at, session, 0, below_sequence, SIZE_MAX);
  if (!out)
    return out;
  for (auto& message : *out)
    for (uint32_t i = 0; i < message.parts.size(); ++i) {
      auto& part = message.parts[i];
      if (part.shown.type != proto::part_type::file)
        continue;
      auto bytes = read_file(at, row_key(session, message.head.sequence, i + 1));
      if (!bytes)
        return bytes.failure();
      part.content = std::move(*bytes);
    }
  return out;
}

result<std::optional<uint64_t>> message_store::find_sequence(const snapshot& at,
                                                             const proto::session_id& session,
                                                             const proto::message_id& id) {
  auto key = session_key(session, id.text);
  if (key.size() > key_bytes_max)
    return std::optional<uint64_t>();
  auto value = at.get(table::message_ids, key);
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<uint64_t>();
  auto body = body_of(**value);
  if (!body || body->size() < 8)
    return unreadable(table::message_ids, proto::make_error(ec::storage_failed, "too short"));
  return std::optional(read_u64(*body));
}

} // namespace kodad::storage
