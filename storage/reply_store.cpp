#include "storage/reply_store.hpp"

#include "storage/digest.hpp"
#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

using proto::result;

namespace {

constexpr size_t scope_bytes = 16;

std::string scope_prefix(const std::string& scope) {
  return sha256(scope).substr(0, scope_bytes);
}

/// Format 1 had no prefix.
std::string old_row_key(const std::string& scope, const std::string& key) {
  return sha256(scope + '\0' + key);
}

std::string row_key(const std::string& scope, const std::string& key) {
  return scope_prefix(scope) + old_row_key(scope, key);
}

} // namespace

void reply_store::put(write_batch& into, const std::string& scope, const std::string& key,
                      const proto::kept_reply& reply) {
  auto row = row_key(scope, key);
  into.put(table::replies, row, encode(reply));
  std::string order;
  append_u64(order, static_cast<uint64_t>(reply.kept_at_ms));
  into.put(table::replies_by_time, order + row, "");
}

result<std::optional<proto::kept_reply>>
reply_store::find(const snapshot& at, const std::string& scope, const std::string& key) {
  auto found = read_one<proto::kept_reply>(at, table::replies, row_key(scope, key));
  if (!found || *found)
    return found;
  return read_one<proto::kept_reply>(at, table::replies, old_row_key(scope, key));
}

result<size_t> reply_store::count(const snapshot& at, const std::string& scope, size_t most) {
  size_t out = 0;
  auto first = scope_prefix(scope);
  auto scanned =
      at.scan_keys(table::replies, {first, first + std::string(digest_bytes + 1, '\xff')},
                   lmdb::direction::forward,
                   [&out, most](std::string_view, std::string_view) { return ++out < most; });
  if (!scanned)
    return scanned.failure();
  return out;
}

void reply_store::erase_all(write_batch& into, const std::string& scope) {
  auto first = scope_prefix(scope);
  into.erase_range(table::replies, first, first + std::string(digest_bytes + 1, '\xff'));
}

result<size_t> reply_store::erase_older(write_batch& into, const snapshot& at,
                                        proto::timestamp than, size_t count_max) {
  std::vector<std::string> old;
  std::string end;
  append_u64(end, static_cast<uint64_t>(than.ms));
  auto scanned = at.scan_keys(table::replies_by_time, {"", end}, lmdb::direction::forward,
                              [&](std::string_view key, std::string_view) {
                                old.emplace_back(key);
                                return old.size() < count_max;
                              });
  if (!scanned)
    return scanned.failure();
  for (const auto& key : old) {
    auto row = key.substr(8);
    auto reply = read_one<proto::kept_reply>(at, table::replies, row);
    // A key used again after its time has a newer reply, which stays. So does one that cannot be
    // read: nothing here may stop for it.
    if (reply && *reply && (*reply)->kept_at_ms < than.ms)
      into.erase(table::replies, row);
    into.erase(table::replies_by_time, key);
  }
  return old.size();
}

} // namespace kodad::storage
