// RECORD: how a proto record becomes the bytes of a database value and back: a version byte, then
// its JSON. A field that a newer version adds reads as its default from an older value; a change
// that this cannot bridge takes a new version byte and a branch in `body_of`.
#pragma once

#include "proto/json/codec.hpp"
#include "proto/result.hpp"
#include "storage/database.hpp"

#include <string>
#include <string_view>

namespace kodad::storage {

/// LMDB's bound on a key. A longer one names nothing that we ever kept.
inline constexpr size_t key_bytes_max = 511;

/// The value for a record.
template <proto::record T>
std::string encode(const T& x) {
  auto out = proto::json::write(x);
  out.insert(out.begin(), value_version);
  return out;
}

/// What stands behind the version byte. Fails with `storage_failed` for versions not known here.
proto::result<std::string_view> body_of(std::string_view value);

/// `storage_failed`, saying that the value of a `table` cannot be read and why.
proto::error unreadable(table where, const proto::error& why);

/// Reads what `encode` wrote. Fails with `storage_failed`.
template <proto::record T>
proto::result<T> decode(table where, std::string_view value) {
  auto body = body_of(value);
  if (!body)
    return unreadable(where, body.failure());
  auto out = proto::json::read_own<T>(*body);
  if (!out)
    return unreadable(where, out.failure());
  return out;
}

/// Reads one row as a record; nothing when there is no such row.
template <proto::record T>
proto::result<std::optional<T>> read_one(const snapshot& at, table where, std::string_view key) {
  if (key.empty() || key.size() > key_bytes_max)
    return std::optional<T>();
  auto value = at.get(where, key);
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<T>();
  auto record = decode<T>(where, **value);
  if (!record)
    return record.failure();
  return std::optional<T>(std::move(*record));
}

/// Reads the rows of a range as records, in the order of their keys, until `visit` is false.
/// @param visit (T&, size_t bytes of the value) -> bool
template <proto::record T, class Visit>
proto::result<void> read_each(const snapshot& at, table where, const lmdb::key_range& range,
                              Visit visit) {
  proto::result<void> read;
  auto scanned = at.scan(where, range, lmdb::direction::forward,
                         [&](std::string_view, std::string_view value) {
                           auto record = decode<T>(where, value);
                           if (record)
                             return visit(*record, value.size());
                           read = record.failure();
                           return false;
                         });
  return scanned ? read : scanned;
}

/// Reads all of them.
template <proto::record T>
proto::result<std::vector<T>> read_all(const snapshot& at, table where,
                                       const lmdb::key_range& range) {
  std::vector<T> out;
  auto read = read_each<T>(at, where, range, [&out](T& record, size_t) {
    out.push_back(std::move(record));
    return true;
  });
  if (!read)
    return read.failure();
  return out;
}

} // namespace kodad::storage
