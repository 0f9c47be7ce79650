#include "storage/session_store.hpp"

#include "storage/digest.hpp"
#include "storage/keys.hpp"
#include "storage/message_store.hpp"
#include "storage/record.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

std::string order_key(const proto::session& of) {
  std::string key;
  append_u64(key, static_cast<uint64_t>(of.updated_at.ms));
  key += of.id.text;
  return key;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool occurs_in(std::string_view text, std::string_view wanted) {
  auto found = std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                           [](char a, char b) { return lower(a) == lower(b); });
  return found != text.end();
}

bool fits(const proto::session& one, const proto::list_sessions& wish) {
  return (!wish.status || one.status == *wish.status) &&
         (!wish.agent_id || one.agent_id == *wish.agent_id) &&
         (!wish.workspace || one.workspace == *wish.workspace) &&
         (wish.text.empty() || occurs_in(one.title, wish.text) ||
          occurs_in(one.id.text, wish.text));
}

/// A cursor is the order key's time in decimal, a dot, and the session's id.
std::string make_cursor(const proto::session& after) {
  return std::to_string(after.updated_at.ms) + "." + after.id.text;
}

std::optional<std::string> key_of_cursor(const std::string& cursor) {
  auto dot = cursor.find('.');
  uint64_t ms = 0;
  if (dot == std::string::npos ||
      std::from_chars(cursor.data(), cursor.data() + dot, ms).ptr != cursor.data() + dot)
    return std::nullopt;
  std::string key;
  append_u64(key, ms);
  return key + cursor.substr(dot + 1);
}

} // namespace

void session_store::put(write_batch& into, const proto::session_record& now,
                        const proto::session_record* before) {
  if (before && before->shown.updated_at != now.shown.updated_at)
    into.erase(table::sessions_by_update, order_key(before->shown));
  if (!before || before->shown.updated_at != now.shown.updated_at)
    into.put(table::sessions_by_update, order_key(now.shown), "");
  into.put(table::sessions, now.shown.id.text, encode(now));
}

result<std::optional<proto::session_record>> session_store::find(const snapshot& at,
                                                                 const proto::session_id& id) {
  return read_one<proto::session_record>(at, table::sessions, id.text);
}

result<bool> session_store::contains(const snapshot& at, const proto::session_id& id) {
  if (id.empty())
    return false;
  return at.contains(table::sessions, id.text);
}

result<proto::session_page> session_store::page(const snapshot& at,
                                                const proto::list_sessions& wish) {
  lmdb::key_range range{"", std::string(16, '\xff')};
  if (!wish.cursor.empty()) {
    auto key = key_of_cursor(wish.cursor);
    if (!key)
      return proto::field_error(ec::invalid_value, "cursor", "this is no cursor of this list");
    range.end = *key;
  }
  proto::session_page out;
  result<void> read;
  auto scanned = at.scan(table::sessions_by_update, range, lmdb::direction::backward,
                         [&](std::string_view key, std::string_view) {
                           auto found = find(at, {std::string(key.substr(8))});
                           if (!found) {
                             read = found.failure();
                             return false;
                           }
                           if (!*found || !fits((*found)->shown, wish))
                             return true;
                           if (out.sessions.size() == wish.limit) {
                             out.next_cursor = make_cursor(out.sessions.back());
                             return false;
                           }
                           out.sessions.push_back(std::move((*found)->shown));
                           return true;
                         });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

result<void> erase_session(write_batch& into, const snapshot& at, const proto::session_id& id) {
  auto record = session_store::find(at, id);
  if (!record)
    return record.failure();
  if (*record)
    into.erase(table::sessions_by_update, order_key((*record)->shown));
  into.erase(table::sessions, id.text);
  for (auto where : session_tables)
    into.erase_range(where, session_prefix(id), session_end(id));
  return {};
}

result<copied_messages> copy_messages(write_batch& into, const snapshot& at,
                                      const copy_range& range,
                                      const std::function<proto::message_id()>& new_id) {
  auto all = message_store::history(at, range.from, range.last_sequence + 1);
  if (!all)
    return all.failure();
  copied_messages out;
  for (auto& one : *all) {
    one.head.id = new_id();
    out.last_turn = std::max(out.last_turn, one.head.turn);
    message_store::put_head(into, range.to, one.head);
    for (uint32_t i = 0; i < one.parts.size(); ++i)
      message_store::put_part(into, range.to, one.head.sequence, i, one.parts[i]);
  }
  return out;
}

} // namespace kodad::storage
