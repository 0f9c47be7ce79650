#include "storage/session_store.hpp"

#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"
#include "proto/text/fold_case.hpp"
#include "storage/blob_reference.hpp"
#include "storage/keys.hpp"
#include "storage/message_store.hpp"
#include "storage/record.hpp"
#include "storage/reply_store.hpp"
#include "storage/shorten.hpp"

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

/// @param wanted Folded.
bool occurs_in(std::string_view text, std::string_view wanted) {
  return proto::text::fold_case(text).find(wanted) != std::string::npos;
}

void append_text(std::string& to, std::string_view text) {
  append_u32(to, static_cast<uint32_t>(text.size()));
  to += text;
}

std::string_view take_text(std::string_view& from) {
  if (from.size() < 4 || from.size() - 4 < read_u32(from))
    return from = {};
  auto text = from.substr(4, read_u32(from));
  from.remove_prefix(4 + text.size());
  return text;
}

/// What the filters look at stands in the order's rows, so that a search parses no record that
/// does not fit: 0.2 us a session instead of 6 us.
std::string order_value(const proto::session& of) {
  std::string out{value_version, static_cast<char>(of.status)};
  append_text(out, of.agent_id.text);
  append_text(out, of.workspace);
  append_text(out, std::string_view(of.title).substr(0, proto::limits::title_bytes));
  return out;
}

bool has_filter(const proto::list_sessions& wish) {
  return wish.status || wish.agent_id || wish.workspace || !wish.text.empty();
}

result<bool> fits(std::string_view id, std::string_view value, const proto::list_sessions& wish) {
  if (value.size() < 2 || value[0] != value_version)
    return unreadable(table::sessions_by_update,
                      proto::make_error(ec::storage_failed, "not an entry of the list"));
  if (wish.status && static_cast<proto::session_status>(value[1]) != *wish.status)
    return false;
  value.remove_prefix(2);
  auto agent = take_text(value);
  auto workspace = take_text(value);
  auto title = take_text(value);
  return (!wish.agent_id || agent == wish.agent_id->text) &&
         (!wish.workspace || workspace == *wish.workspace) &&
         (wish.text.empty() || occurs_in(title, wish.text) || occurs_in(id, wish.text));
}

/// A cursor is the order key's time in decimal, a dot, and the session's id.
std::string make_cursor(const proto::session& after) {
  return std::to_string(after.updated_at.ms) + "." + after.id.text;
}

std::optional<std::string> key_of_cursor(const std::string& cursor) {
  auto dot = cursor.find('.');
  uint64_t ms = 0;
  auto read = std::from_chars(cursor.data(), cursor.data() + cursor.size(), ms);
  if (dot == std::string::npos || read.ec != std::errc() || read.ptr != cursor.data() + dot)
    return std::nullopt;
  std::string key;
  append_u64(key, ms);
  return key + cursor.substr(dot + 1);
}

/// The range of the order that a page looks at.
result<lmdb::key_range> order_range(const std::string& cursor) {
  if (cursor.empty())
    return lmdb::key_range{"", std::string(16, '\xff')};
  auto end = key_of_cursor(cursor);
  if (!end)
    return proto::field_error(ec::invalid_value, "cursor", "this is no cursor of this list");
  return lmdb::key_range{"", std::move(*end)};
}

/// A page that is being filled. The text that is sought is folded.
struct filling {
  proto::list_sessions wish;
  proto::session_page page;
  size_t bytes = 0;
};

/// The record's value as a list shows it.
result<std::string> shown_value(const snapshot& at, std::string_view id) {
  auto row = at.get_row(table::sessions, id);
  if (!row)
    return row.failure();
  if (!*row)
    return proto::make_error(ec::storage_failed, "the stored record of a listed session is "
                                                 "missing: " +
                                                     std::string(id));
  if (!is_reference(**row) && (*row)->size() <= proto::limits::inline_value_bytes)
    return std::move(**row);
  auto whole = at.whole(**row);
  if (!whole)
    return whole.failure();
  return shorten_session(*whole);
}

/// Adds the session of one row of the order, or notes that there is one more than fits.
/// @returns Whether to go on.
result<bool> add_session(const snapshot& at, std::string_view key, filling& to) {
  auto end_page = [&to] {
    to.page.next_cursor = make_cursor(to.page.sessions.back());
    return false;
  };
  if (to.page.sessions.size() >= std::max<size_t>(to.wish.limit, 1))
    return end_page();
  auto value = shown_value(at, key.substr(8));
  if (!value)
    return value.failure();
  // What is stored is what is shown and a little more.
  if (!to.page.sessions.empty() && to.bytes + value->size() > proto::limits::page_bytes)
    return end_page();
  auto record = decode<proto::session_record>(table::sessions, *value);
  if (!record)
    return record.failure();
  // A row of another moment would list the session twice.
  if (order_key(record->shown) != key)
    return true;
  to.bytes += value->size();
  to.page.sessions.push_back(std::move(record->shown));
  return true;
}

/// Looks at one row of the order.
/// @returns Whether to go on.
result<bool> look_at(const snapshot& at, std::string_view key, std::string_view value,
                     filling& to) {
  if (!has_filter(to.wish))
    return add_session(at, key, to);
  auto whole = at.whole(value);
  if (!whole)
    return whole.failure();
  auto wanted = fits(key.substr(8), *whole, to.wish);
  if (!wanted)
    return wanted.failure();
  return *wanted ? add_session(at, key, to) : result<bool>(true);
}

bool is_message_head(std::string_view key) {
  return read_u32(after_session(key).substr(8)) == 0;
}

result<void> copy_head(write_batch& into, const snapshot& at, std::string_view value,
                       const copy_range& range, const std::function<proto::message_id()>& new_id,
                       copied_messages& out) {
  auto whole = at.whole(value);
  if (!whole)
    return whole.failure();
  auto head = decode<proto::message_record>(table::messages, *whole);
  if (!head)
    return head.failure();
  head->id = new_id();
  out.last_turn = std::max(out.last_turn, head->turn);
  message_store::put_head(into, range.to, *head);
  return {};
}

/// Parts say nothing of their session, and files are shared: what is lost stays lost, and comes
/// back in the copy as well.
void copy_row(write_batch& into, table where, std::string key, std::string_view value) {
  if (is_reference(value))
    into.put_reference(where, std::move(key), std::string(value));
  else
    into.put(where, std::move(key), std::string(value));
}

} // namespace

void session_store::put(write_batch& into, const proto::session_record& now,
                        const proto::session_record* before) {
  bool moves = !before || before->shown.updated_at != now.shown.updated_at;
  auto listed = order_value(now.shown);
  if (before && moves)
    into.erase(table::sessions_by_update, order_key(before->shown));
  if (moves || listed != order_value(before->shown))
    into.put(table::sessions_by_update, order_key(now.shown), std::move(listed));
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
  auto range = order_range(wish.cursor);
  if (!range)
    return range.failure();
  filling out{wish, {}, 0};
  out.wish.text = proto::text::fold_case(wish.text);
  result<bool> going = true;
  auto scanned = at.scan_keys(table::sessions_by_update, *range, lmdb::direction::backward,
                              [&](std::string_view key, std::string_view value) {
                                going = look_at(at, key, value, out);
                                return going && *going;
                              });
  if (!scanned)
    return scanned.failure();
  if (!going)
    return going.failure();
  return std::move(out.page);
}

result<void> erase_session(write_batch& into, const snapshot& at, const proto::session_id& id) {
  auto record = session_store::find(at, id);
  if (!record)
    return record.failure();
  if (*record)
    into.erase(table::sessions_by_update, order_key((*record)->shown));
  into.erase(table::sessions, id.text);
  reply_store::erase_all(into, id.text);
  for (auto where : session_tables)
    into.erase_range(where, session_prefix(id), session_end(id));
  return {};
}

result<copied_messages> copy_messages(write_batch& into, const snapshot& at,
                                      const copy_range& range,
                                      const std::function<proto::message_id()>& new_id) {
  copied_messages out;
  result<void> copied;
  auto first = session_prefix(range.from);
  auto end = session_key(range.from, range.last_sequence + 1);
  auto copy_one = [&](table where) {
    return [&, where](std::string_view key, std::string_view value) {
      if (where == table::messages && is_message_head(key))
        copied = copy_head(into, at, value, range, new_id, out);
      else
        copy_row(into, where, session_key(range.to, after_session(key)), value);
      return copied.ok();
    };
  };
  for (auto where : {table::messages, table::files}) {
    auto scanned = at.scan_keys(where, {first, end}, lmdb::direction::forward, copy_one(where));
    if (!scanned)
      return scanned.failure();
    if (!copied)
      return copied.failure();
  }
  return out;
}

} // namespace kodad::storage
