#include "storage/database.hpp"

#include "storage/batch_writer.hpp"
#include "storage/blob_reference.hpp"
#include "storage/host/clock.hpp"
#include "storage/migration.hpp"
#include "storage/seal.hpp"
#include "storage/state_check.hpp"

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

/// How far the mark of the newest id runs ahead, so that not every commit moves it.
constexpr int64_t id_mark_ahead = 1000;

/// LMDB uses the pages that a commit freed from the next but one on. When the map is full and the
/// next cannot succeed for want of just these pages, two tiny commits set them free.
void release_freed_pages(lmdb::environment& full) {
  for (int i = 0; i < 2; ++i) {
    auto writing = full.write();
    if (!writing || !put_format(*writing, newest_format) || !writing->commit())
      return;
  }
}

} // namespace

// --- reading ---------------------------------------------------------------------------------

/// A row that is not there was not lost where its neighbours are sound.
result<void> snapshot::check_around(table where, std::string_view key) const {
  result<void> sound;
  auto done = begun_->scan_around(where, key, [&](std::string_view at, std::string_view stored) {
    if (auto value = unseal(where, at, stored); !value)
      sound = value.failure();
    return sound.ok();
  });
  return done ? sound : done;
}

result<std::optional<std::string_view>> snapshot::find(table where, std::string_view key) const {
  if (!begun_)
    return begun_.failure();
  auto found = begun_->get(where, key);
  if (!found)
    return found.failure();
  if (*found) {
    auto value = unseal(where, key, **found);
    if (!value)
      return value.failure();
    return std::optional(*value);
  }
  if (auto sound = check_around(where, key); !sound)
    return sound.failure();
  return std::optional<std::string_view>();
}

result<std::optional<std::string>> snapshot::get(table where, std::string_view key) const {
  auto found = find(where, key);
  if (!found)
    return found.failure();
  if (!*found)
    return std::optional<std::string>();
  if (!is_reference(**found))
    return std::optional(std::string(**found));
  auto bytes = blobs_->read(digest_of(**found), size_of(**found));
  if (!bytes)
    return bytes.failure();
  return std::optional(std::move(*bytes));
}

result<std::optional<std::string>> snapshot::get_row(table where, std::string_view key) const {
  auto found = find(where, key);
  if (!found)
    return found.failure();
  if (!*found)
    return std::optional<std::string>();
  return std::optional(std::string(**found));
}

result<bool> snapshot::contains(table where, std::string_view key) const {
  auto found = find(where, key);
  if (!found)
    return found.failure();
  return found->has_value();
}

result<void> snapshot::scan(table where, const lmdb::key_range& range, lmdb::direction way,
                            const lmdb::row_visitor& visit) const {
  result<void> blob_read;
  auto done = scan_keys(where, range, way, [&](std::string_view key, std::string_view value) {
    if (!is_reference(value))
      return visit(key, value);
    auto bytes = blobs_->read(digest_of(value), size_of(value));
    if (bytes)
      return visit(key, *bytes);
    blob_read = bytes.failure();
    return false;
  });
  return done ? blob_read : done;
}

result<void> snapshot::scan_keys(table where, const lmdb::key_range& range, lmdb::direction way,
                                 const lmdb::row_visitor& visit) const {
  if (!begun_)
    return begun_.failure();
  bool is_forward = way == lmdb::direction::forward;
  if (auto sound = check_around(where, is_forward ? range.first : range.end); !sound)
    return sound;
  bool is_stopped = false;
  result<void> unsealed;
  auto done = begun_->scan(where, range, way, [&](std::string_view key, std::string_view stored) {
    auto value = unseal(where, key, stored);
    if (!value)
      unsealed = value.failure();
    is_stopped = !value || !visit(key, *value);
    return !is_stopped;
  });
  if (done && !is_stopped)
    return check_around(where, is_forward ? range.end : range.first);
  return done ? unsealed : done;
}

result<std::string> snapshot::whole(std::string_view value) const {
  if (!is_reference(value))
    return std::string(value);
  return blobs_->read(digest_of(value), size_of(value));
}

result<void> snapshot::check(std::string_view value, uint64_t& budget) const {
  if (!is_reference(value))
    return {};
  return blobs_->check(digest_of(value), size_of(value), budget);
}

result<uint64_t> snapshot::count(table where) const {
  if (!begun_)
    return begun_.failure();
  return begun_->count(where);
}

// --- writing ---------------------------------------------------------------------------------

snapshot database::read() const {
  return {environment_->read(), blobs_};
}

result<void> database::commit_together(std::span<const write_batch> batches) {
  auto begun = environment_->write();
  if (!begun)
    return begun.failure();
  auto moment = begun->moment();
  batch_writer into(*begun, blobs_);
  result<void> done;
  for (size_t i = 0; done && i < batches.size(); ++i)
    done = into.apply(batches[i]);
  auto mark = ids_marked_;
  if (auto last = host::last_id_ms(); done && last > ids_marked_) {
    mark = last + id_mark_ahead;
    done = put_newest_id(*begun, mark);
  }
  if (done)
    done = begun->commit();
  if (done)
    ids_marked_ = mark;
  for (const auto& digest : into.touched())
    loose_[digest] = moment;
  return done;
}

/// Removes the files that no row refers to, once nobody reads an older moment where one did.
void database::remove_loose_blobs() {
  if (loose_.empty())
    return;
  auto oldest = environment_->oldest_reader();
  auto now = read();
  std::erase_if(loose_, [&](const auto& one) {
    const auto& [digest, moment] = one;
    if (oldest < moment)
      return false;
    auto referred = now.contains(table::blobs, digest);
    if (referred && !*referred)
      blobs_.remove(digest);
    return true;
  });
}

result<void> database::check_room(uint64_t bytes) {
  if (auto room = host::try_to_write(folder_ + "/room.new", bytes); !room)
    return room;
  return commit_together({});
}

std::vector<result<void>> database::commit(std::span<const write_batch> batches) {
  auto together = commit_together(batches);
  if (!together && together.failure().code == ec::storage_full) {
    release_freed_pages(*environment_);
    together = commit_together(batches);
  }
  std::vector<result<void>> out(batches.size(), together);
  if (!together && batches.size() > 1)
    for (size_t i = 0; i < batches.size(); ++i)
      out[i] = commit_together(batches.subspan(i, 1));
  remove_loose_blobs();
  return out;
}

} // namespace kodad::storage
