#include "storage/message_store.hpp"

#include "proto/limits/storage.hpp"
#include "storage/blob_reference.hpp"
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

uint32_t slot_of(std::string_view key) {
  return read_u32(after_session(key).substr(8));
}

/// Adds one row to the messages read so far.
result<void> add_row(std::string_view key, std::string_view value,
                     std::vector<proto::full_message>& to) {
  if (slot_of(key) == 0) {
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
  if (to.empty())
    return {};
  auto& parts = to.back().parts;
  for (auto& lost : parts)
    if (is_lost(lost.shown) && !lost.shown.step)
      lost.shown.step = part->shown.step;
  parts.push_back(std::move(*part));
  return {};
}

/// Is something gone, and not just out of reach for the moment?
bool is_loss(const proto::error& why) {
  return why.code == ec::storage_failed;
}

/// Adds a part of which only its place is known.
void add_lost(const proto::error& why, std::vector<proto::full_message>& to) {
  if (to.empty())
    return;
  auto& parts = to.back().parts;
  proto::part_record part;
  // Of the call that made its neighbour, so that the prompt keeps them together.
  if (!parts.empty())
    part.shown.step = parts.back().shown.step;
  mark_lost(part, why.context);
  parts.push_back(std::move(part));
}

/// About how many bytes of JSON a row becomes, known without reading its file. A text stands in
/// its part and again in the message's content.
size_t shown_bytes(std::string_view value) {
  constexpr std::string_view text_part = "\x01{\"shown\":{\"type\":\"text\"";
  if (is_reference(value))
    return 2 * size_of(value);
  return value.starts_with(text_part) ? 2 * value.size() : value.size();
}

/// Which messages to read, and how much at most: both bounds are kept by whole messages, but one
/// is always read.
struct extent {
  uint64_t first = 0;
  uint64_t end = 0;
  size_t limit = SIZE_MAX;
  size_t bytes = SIZE_MAX;
};

struct messages_read {
  std::vector<proto::full_message> messages;
  bool has_more = false; ///< A bound ended it.
};

/// Looks at one row. @returns Whether to go on.
result<bool> take_row(const snapshot& at, std::string_view key, std::string_view value,
                      const extent& bounds, size_t& bytes, messages_read& to) {
  bool is_head = slot_of(key) == 0;
  size_t before = to.messages.size() - (is_head || to.messages.empty() ? 0 : 1);
  auto cost = shown_bytes(value);
  bool is_over = before > 0 && cost > bounds.bytes - std::min(bounds.bytes, bytes);
  if (is_over || (is_head && before == bounds.limit)) {
    to.messages.resize(before);
    to.has_more = true;
    return false;
  }
  bytes += cost;
  auto whole = at.whole(value);
  if (!whole && is_reference(value) && !is_head && is_loss(whole.failure())) {
    add_lost(whole.failure(), to.messages);
    return true;
  }
  if (!whole)
    return whole.failure();
  auto added = add_row(key, *whole, to.messages);
  if (!added)
    return added.failure();
  return true;
}

result<messages_read> read_range(const snapshot& at, const proto::session_id& session,
                                 const extent& bounds) {
  messages_read out;
  size_t bytes = 0;
  result<bool> going = true;
  auto scanned = at.scan_keys(
      table::messages, {row_key(session, bounds.first, 0), row_key(session, bounds.end, 0)},
      lmdb::direction::forward, [&](std::string_view key, std::string_view value) {
        going = take_row(at, key, value, bounds, bytes, out);
        return going && *going;
      });
  if (!scanned)
    return scanned.failure();
  if (!going)
    return going.failure();
  return out;
}

/// The sequence number of the first message of the page that ends before `end`.
result<uint64_t> count_back(const snapshot& at, const proto::session_id& session,
                            const extent& bounds) {
  uint64_t first = bounds.end;
  size_t seen = 0;
  size_t bytes = 0;
  auto scanned = at.scan_keys(
      table::messages, {row_key(session, bounds.first, 0), row_key(session, bounds.end, 0)},
      lmdb::direction::backward, [&](std::string_view key, std::string_view value) {
        bytes += shown_bytes(value);
        if (seen > 0 && bytes > bounds.bytes)
          return false;
        if (slot_of(key) != 0)
          return true;
        first = read_u64(after_session(key));
        return ++seen < bounds.limit;
      });
  if (!scanned)
    return scanned.failure();
  return first;
}

result<uint64_t> must_find(const snapshot& at, const proto::session_id& session,
                           const proto::message_id& id, const char* field) {
  auto found = message_store::find_sequence(at, session, id);
  if (!found)
    return found.failure();
  if (!*found)
    return proto::field_error(ec::message_not_found, field,
                              "there is no such message in the session");
  return **found;
}

/// Calls `look` for each part that is a file, with the key of its content; a loss becomes part of
/// the part.
template <class Look>
result<void> look_at_files(const proto::session_id& session,
                           std::vector<proto::full_message>& messages, Look look) {
  for (auto& message : messages)
    for (uint32_t i = 0; i < message.parts.size(); ++i) {
      auto& part = message.parts[i];
      if (part.shown.type != proto::part_type::file)
        continue;
      result<void> found = look(row_key(session, message.head.sequence, i + 1), part);
      if (!found && !is_loss(found.failure()))
        return found;
      if (!found)
        mark_lost(part, found.failure().context);
    }
  return {};
}

/// The bytes of a file part, which are not kept where there are none.
result<std::string> read_file(const snapshot& at, const std::string& key, const proto::part& of) {
  auto value = at.get(table::files, key);
  if (!value)
    return value.failure();
  if (!*value && of.size.value_or(0) > 0)
    return proto::make_error(ec::storage_failed, "the stored content of a file is missing");
  if (!*value)
    return std::string();
  auto body = body_of(**value);
  if (!body)
    return unreadable(table::files, body.failure());
  return std::string(*body);
}

/// Is a file part's content there?
result<void> check_file(const snapshot& at, const std::string& key, const proto::part& of,
                        uint64_t& budget) {
  auto value = at.get_row(table::files, key);
  if (!value)
    return value.failure();
  if (*value)
    return at.check(**value, budget);
  if (of.size.value_or(0) > 0)
    return proto::make_error(ec::storage_failed, "the stored content of a file is missing");
  return {};
}

} // namespace

void message_store::put_head(write_batch& into, const proto::session_id& session,
                             const proto::message_record& head) {
  update_head(into, session, head);
  std::string sequence(1, value_version);
  append_u64(sequence, head.sequence);
  into.put(table::message_ids, session_key(session, head.id.text), sequence);
}

void message_store::update_head(write_batch& into, const proto::session_id& session,
                                const proto::message_record& head) {
  into.put(table::messages, row_key(session, head.sequence, 0), encode(head));
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
    auto after = must_find(at, session, *bounds.after, "after");
    if (!after)
      return after.failure();
    first = *after + 1;
  }
  if (bounds.before) {
    auto before = must_find(at, session, *bounds.before, "before");
    if (!before)
      return before.failure();
    end = *before;
  }
  extent bounds_read{first, end, bounds.limit, proto::limits::page_bytes};
  if (bounds.from_the_end || (bounds.before && !bounds.after)) {
    auto back = count_back(at, session, bounds_read);
    if (!back)
      return back.failure();
    bounds_read.first = *back;
  }
  auto found = read_range(at, session, bounds_read);
  if (!found)
    return found.failure();
  uint64_t budget = proto::limits::page_check_bytes;
  auto checked = look_at_files(session, found->messages,
                               [&](const std::string& key, const proto::part_record& part) {
                                 return check_file(at, key, part.shown, budget);
                               });
  if (!checked)
    return checked.failure();
  message_slice out;
  out.messages = std::move(found->messages);
  out.has_newer = found->has_more || (bounds.before && !bounds.after);
  // From the end, a page goes on to what was asked for; else it may go back beyond.
  auto oldest = bounds.from_the_end ? first : 0;
  out.has_older = !out.messages.empty() && out.messages.front().head.sequence > oldest;
  return out;
}

result<std::vector<proto::full_message>> message_store::history(const snapshot& at,
                                                                const proto::session_id& session,
                                                                uint64_t below_sequence) {
  auto out = read_range(at, session, {0, below_sequence, SIZE_MAX, SIZE_MAX});
  if (!out)
    return out.failure();
  auto read = look_at_files(session, out->messages,
                            [&at](const std::string& key, proto::part_record& part) {
                              auto bytes = read_file(at, key, part.shown);
                              if (!bytes)
                                return result<void>(bytes.failure());
                              part.content = std::move(*bytes);
                              return result<void>();
                            });
  if (!read)
    return read.failure();
  return std::move(out->messages);
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
