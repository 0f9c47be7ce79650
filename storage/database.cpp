#include "storage/database.hpp"

#include "proto/limits.hpp"
#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/keys.hpp"

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

constexpr uint32_t format = 1;
const std::string format_key = "format";

bool is_reference(std::string_view value) {
  return value.size() == 1 + digest_bytes + 8 && value[0] == reference_mark;
}

std::string_view digest_of(std::string_view reference) {
  return reference.substr(1, digest_bytes);
}

std::string make_reference(std::string_view digest, size_t size) {
  std::string out(1, reference_mark);
  out += digest;
  append_u64(out, size);
  return out;
}

/// Rows of these tables are written once and are small: no look for what they replace.
bool may_replace_blob(table where) {
  return where != table::sessions_by_update && where != table::active_turns &&
         where != table::waiting_questions && where != table::message_ids &&
         where != table::operations && where != table::replies_by_time && where != table::events;
}

result<void> check_format(lmdb::environment& opened) {
  auto writing = opened.write();
  if (!writing)
    return writing.failure();
  auto kept = writing->get(table::meta, format_key);
  if (!kept)
    return kept.failure();
  if (*kept && ((*kept)->size() < 5 || read_u32((*kept)->substr(1)) > format))
    return proto::make_error(ec::storage_failed,
                             "the database was written by a newer version of kodad");
  if (*kept)
    return {};
  std::string value(1, value_version);
  append_u32(value, format);
  if (auto done = writing->put(table::meta, format_key, value); !done)
    return done;
  return writing->commit();
}

} // namespace

// --- reading ---------------------------------------------------------------------------------

result<std::optional<std::string>> snapshot::get(table where, std::string_view key) const {
  if (!begun_)
    return begun_.failure();
  auto found = begun_->get(where, key);
  if (!found)
    return found.failure();
  if (!*found)
    return std::optional<std::string>();
  if (!is_reference(**found))
    return std::optional(std::string(**found));
  auto bytes = blobs_->read(digest_of(**found), read_u64((*found)->substr(1 + digest_bytes)));
  if (!bytes)
    return bytes.failure();
  return std::optional(std::move(*bytes));
}

result<bool> snapshot::contains(table where, std::string_view key) const {
  if (!begun_)
    return begun_.failure();
  auto found = begun_->get(where, key);
  if (!found)
    return found.failure();
  return found->has_value();
}

result<void> snapshot::scan(table where, const lmdb::key_range& range, lmdb::direction way,
                            const lmdb::row_visitor& visit) const {
  if (!begun_)
    return begun_.failure();
  result<void> blob_read;
  auto done = begun_->scan(where, range, way, [&](std::string_view key, std::string_view value) {
    if (!is_reference(value))
      return visit(key, value);
    auto bytes = blobs_->read(digest_of(value), read_u64(value.substr(1 + digest_bytes)));
    if (bytes)
      return visit(key, *bytes);
    blob_read = bytes.failure();
    return false;
  });
  return done ? blob_read : done;
}

result<uint64_t> snapshot::count(table where) const {
  if (!begun_)
    return begun_.failure();
  return begun_->count(where);
}

// --- writing ---------------------------------------------------------------------------------

/// One transaction being filled, with the blobs it adds and drops.
class database::writing {
public:
  writing(lmdb::transaction& into, const blob_files& blobs) : into_(into), blobs_(blobs) {}

  result<void> apply(const write_operation& step) {
    switch (step.what) {
    case write_operation::kind::put:
      return put(step);
    case write_operation::kind::erase:
      return erase(step.where, step.key);
    case write_operation::kind::erase_range:
      return erase_range(step);
    }
    return {};
  }

  /// The blobs that nothing refers to any more.
  const std::vector<std::string>& dropped() const { return dropped_; }

private:
  result<void> put(const write_operation& step) {
    if (may_replace_blob(step.where))
      if (auto done = forget_blob_at(step.where, step.key); !done)
        return done;
    if (step.value.size() <= proto::limits::inline_value_bytes)
      return into_.put(step.where, step.key, step.value);
    auto digest = sha256(step.value);
    if (auto done = blobs_.write(digest, step.value); !done)
      return done;
    if (auto done = count(digest, 1); !done)
      return done;
    return into_.put(step.where, step.key, make_reference(digest, step.value.size()));
  }

  result<void> erase(table where, std::string_view key) {
    if (auto done = forget_blob_at(where, key); !done)
      return done;
    return into_.erase(where, key);
  }

  result<void> erase_range(const write_operation& step) {
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

  result<void> forget_blob_at(table where, std::string_view key) {
    auto old = into_.get(where, key);
    if (!old)
      return old.failure();
    if (!*old || !is_reference(**old))
      return {};
    return count(std::string(digest_of(**old)), -1);
  }

  result<void> count(const std::string& digest, int64_t change) {
    auto kept = into_.get(table::blobs, digest);
    if (!kept)
      return kept.failure();
    auto references = change + (*kept ? static_cast<int64_t>(read_u64((*kept)->substr(1))) : 0);
    if (references > 0) {
      std::string value(1, value_version);
      append_u64(value, static_cast<uint64_t>(references));
      std::erase(dropped_, digest);
      return into_.put(table::blobs, digest, value);
    }
    dropped_.push_back(digest);
    return into_.erase(table::blobs, digest);
  }

  lmdb::transaction& into_;
  const blob_files& blobs_;
  std::vector<std::string> dropped_;
};

result<std::unique_ptr<database>> database::open(const database_options& options) {
  if (auto made = host::make_folders(options.folder); !made)
    return made.failure();
  auto locked = host::lock_file(options.folder + "/lock");
  if (!locked)
    return locked.failure();
  if (!*locked)
    return proto::make_error(ec::storage_failed,
                             "another kodad uses the state directory " + options.folder);
  auto opened = lmdb::environment::open(
      options.folder, options.map_bytes > 0 ? options.map_bytes : proto::limits::map_bytes);
  if (!opened)
    return opened.failure();
  if (auto checked = check_format(**opened); !checked)
    return checked.failure();
  return std::unique_ptr<database>(
      new database(std::move(*opened), blob_files(options.folder + "/blobs")));
}

snapshot database::read() const {
  return {environment_->read(), blobs_};
}

result<void> database::commit_together(std::span<const write_batch> batches) {
  auto begun = environment_->write();
  if (!begun)
    return begun.failure();
  writing into(*begun, blobs_);
  for (const auto& batch : batches)
    for (const auto& step : batch.operations())
      if (auto done = into.apply(step); !done)
        return done;
  if (auto done = begun->commit(); !done)
    return done;
  for (const auto& digest : into.dropped())
    blobs_.remove(digest);
  return {};
}

std::vector<result<void>> database::commit(std::span<const write_batch> batches) {
  auto together = commit_together(batches);
  std::vector<result<void>> out(batches.size(), together);
  if (together || batches.size() < 2)
    return out;
  for (size_t i = 0; i < batches.size(); ++i)
    out[i] = commit_together(batches.subspan(i, 1));
  return out;
}

} // namespace kodad::storage
