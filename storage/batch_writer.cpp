#include "storage/batch_writer.hpp"

#include "proto/limits.hpp"
#include "storage/blob_reference.hpp"
#include "storage/seal.hpp"

namespace kodad::storage {

using proto::result;

namespace {

/// Rows of the other tables are small or written once: no look for what they replace.
bool may_replace_blob(table where) {
  return where != table::active_turns && where != table::waiting_questions &&
         where != table::message_ids && where != table::operations &&
         where != table::replies_by_time && where != table::events;
}

/// How large a value may be that stays in the database. What a session lives by does so up to a
/// size that none needs: a file that somebody removes costs a part of the transcript, and never the
/// way to the rest. Older versions took records of any length.
size_t inline_bytes(table where) {
  constexpr size_t record_bytes = size_t{8} << 20;
  bool may_be_file = where == table::messages || where == table::events || where == table::replies;
  return may_be_file ? proto::limits::inline_value_bytes : record_bytes;
}

} // namespace

result<void> batch_writer::apply(const write_batch& batch) {
  for (const auto& step : batch.operations())
    if (auto done = apply(step); !done)
      return done;
  return {};
}

result<void> batch_writer::apply(const write_operation& step) {
  switch (step.what) {
  case write_operation::kind::put:
    return put(step);
  case write_operation::kind::put_reference:
    return put_reference(step);
  case write_operation::kind::erase:
    return erase(step.where, step.key);
  case write_operation::kind::erase_range:
    return erase_range(step);
  }
  return {};
}

result<void> batch_writer::put(const write_operation& step) {
  if (may_replace_blob(step.where))
    if (auto done = let_go(step.where, step.key); !done)
      return done;
  if (step.where == table::files || step.value.size() > inline_bytes(step.where))
    return put_blob(step);
  return put_row(step.where, step.key, step.value);
}

result<void> batch_writer::put_row(table where, std::string_view key, std::string_view value) {
  return into_.put(where, key, seal(where, key, value));
}

/// A row's value; nothing when there is no such row.
result<std::optional<std::string_view>> batch_writer::get(table where, std::string_view key) const {
  auto stored = into_.get(where, key);
  if (!stored || !*stored)
    return stored;
  auto value = unseal(where, key, **stored);
  if (!value)
    return value.failure();
  return std::optional(*value);
}

result<void> batch_writer::put_blob(const write_operation& step) {
  auto digest = sha256(step.value);
  touched_.push_back(digest);
  if (auto done = blobs_.write(digest, step.value); !done)
    return done;
  if (auto done = count(digest, 1); !done)
    return done;
  return put_row(step.where, step.key, make_reference(digest, step.value.size()));
}

result<void> batch_writer::put_reference(const write_operation& step) {
  if (may_replace_blob(step.where))
    if (auto done = let_go(step.where, step.key); !done)
      return done;
  std::string digest(digest_of(step.value));
  auto kept = get(table::blobs, digest);
  if (!kept)
    return kept.failure();
  if (!*kept) {
    auto gone = proto::make_error(proto::ec::session_busy, "what was to be copied changed; again");
    gone.retry_after_s = 1;
    return gone;
  }
  touched_.push_back(digest);
  if (auto done = count(digest, 1); !done)
    return done;
  return put_row(step.where, step.key, step.value);
}

result<void> batch_writer::erase(table where, std::string_view key) {
  if (auto done = let_go(where, key); !done)
    return done;
  return into_.erase(where, key);
}

result<void> batch_writer::erase_range(const write_operation& step) {
  std::vector<std::string> keys;
  auto found = into_.scan(step.where, {step.key, step.value}, lmdb::direction::forward,
                          [&keys](std::string_view key, std::string_view) {
                            keys.emplace_back(key);
                            return true;
                          });
  if (!found)
    return found;
  for (const auto& key : keys)
    if (auto done = erase(step.where, key); !done)
      return done;
  return {};
}

/// Takes back the reference of the row that goes, if it has one.
result<void> batch_writer::let_go(table where, std::string_view key) {
  auto old = get(where, key);
  if (!old)
    return old.failure();
  if (!*old || !is_reference(**old))
    return {};
  std::string digest(digest_of(**old));
  touched_.push_back(digest);
  return count(digest, -1);
}

result<void> batch_writer::count(const std::string& digest, int64_t change) {
  auto kept = get(table::blobs, digest);
  if (!kept)
    return kept.failure();
  auto references = change + (*kept ? static_cast<int64_t>(read_u64((*kept)->substr(1))) : 0);
  if (references <= 0)
    return into_.erase(table::blobs, digest);
  std::string value(1, value_version);
  append_u64(value, static_cast<uint64_t>(references));
  return put_row(table::blobs, digest, value);
}

} // namespace kodad::storage
