#include "storage/database.hpp"

#include "proto/limits.hpp"
#include "storage/batch_writer.hpp"
#include "storage/blob_reference.hpp"

#include <unordered_set>

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

constexpr uint32_t format = 1;
const std::string format_key = "format";

result<void> write_format(lmdb::transaction& into) {
  std::string value(1, value_version);
  append_u32(value, format);
  if (auto done = into.put(table::meta, format_key, value); !done)
    return done;
  return into.commit();
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
  return write_format(*writing);
}

/// LMDB uses the pages that a commit freed from the next but one on. When the map is full and the
/// next cannot succeed for want of just these pages, two tiny commits set them free.
void release_freed_pages(lmdb::environment& full) {
  for (int i = 0; i < 2; ++i) {
    auto writing = full.write();
    if (!writing || !write_format(*writing))
      return;
  }
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
  auto bytes = blobs_->read(digest_of(**found), size_of(**found));
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
  return begun_->scan(where, range, way, visit);
}

result<uint64_t> snapshot::count(table where) const {
  if (!begun_)
    return begun_.failure();
  return begun_->count(where);
}

// --- writing ---------------------------------------------------------------------------------

result<std::unique_ptr<database>> database::open(const database_options& options) {
  if (auto made = host::make_folders(options.folder); !made)
    return made.failure();
  auto locked = host::file_lock::take(options.folder + "/lock");
  if (!locked)
    return locked.failure();
  if (!*locked)
    return proto::make_error(ec::storage_failed,
                             "another kodad uses this state directory: " + options.folder);
  auto opened = lmdb::environment::open(
      options.folder, options.map_bytes > 0 ? options.map_bytes : proto::limits::map_bytes);
  if (!opened)
    return opened.failure();
  if (auto checked = check_format(**opened); !checked)
    return checked.failure();
  // Without it a power cut could take the whole new file.
  if (auto synced = host::sync_folder(options.folder); !synced)
    return synced.failure();
  std::unique_ptr<database> out(
      new database(std::move(**locked), std::move(*opened), blob_files(options.folder + "/blobs")));
  if (auto swept = out->sweep_blobs(); !swept)
    return swept.failure();
  return out;
}

snapshot database::read() const {
  return {environment_->read(), blobs_};
}

/// Removes the files that a crash left without a row.
result<void> database::sweep_blobs() const {
  std::unordered_set<std::string> names;
  auto scanned =
      read().scan_keys(table::blobs, {"", std::string(digest_bytes + 1, '\xff')},
                       lmdb::direction::forward, [&names](std::string_view key, std::string_view) {
                         names.insert(to_hex(key));
                         return true;
                       });
  if (scanned)
    blobs_.keep_only(names);
  return scanned;
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
  if (done)
    done = begun->commit();
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
