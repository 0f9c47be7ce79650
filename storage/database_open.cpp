// Opening a database: looked at first, then made, brought up to date and swept.
#include "storage/database.hpp"

#include "proto/limits.hpp"
#include "storage/digest.hpp"
#include "storage/host/clock.hpp"
#include "storage/keys.hpp"
#include "storage/migration.hpp"
#include "storage/seal.hpp"
#include "storage/state_check.hpp"

#include <unordered_set>

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

const std::string ids_key = "ids";

result<void> write_format(lmdb::environment& into) {
  auto writing = into.write();
  if (!writing)
    return writing.failure();
  if (auto done = put_format(*writing, newest_format); !done)
    return done;
  return writing->commit();
}

/// Makes a new database aside and puts it into its place whole: a crash leaves none or all of it.
result<void> create(const std::string& folder, size_t map_bytes) {
  auto aside = folder + "/data.new";
  if (auto gone = host::remove_folder(aside); !gone)
    return gone;
  if (auto made = host::make_folders(aside); !made)
    return made;
  {
    auto fresh = lmdb::environment::open(aside, map_bytes);
    if (!fresh)
      return fresh.failure();
    if (auto done = write_format(**fresh); !done)
      return done;
  }
  if (auto moved = host::rename_durably(aside + "/data.mdb", folder + "/data.mdb"); !moved)
    return moved;
  return host::remove_folder(aside);
}

/// Ids go on after those that are kept, whatever the clock says now.
/// @returns The time they start after.
result<int64_t> go_on_with_ids(lmdb::environment& from) {
  auto reading = from.read();
  if (!reading)
    return reading.failure();
  auto stored = reading->get(table::meta, ids_key);
  if (!stored)
    return stored.failure();
  if (!*stored)
    return int64_t{0};
  auto value = unseal(table::meta, ids_key, **stored);
  if (!value || value->size() != 9)
    return damaged_row(table::meta);
  auto ms = static_cast<int64_t>(read_u64(value->substr(1)));
  host::start_ids_after(ms);
  return ms;
}

result<void> bring_up_to_date(lmdb::environment& old) {
  auto done = seal_all(old);
  if (!done)
    return done.failure();
  auto writing = old.write();
  if (!writing)
    return writing.failure();
  if (auto put = put_newest_id(*writing, done->newest_id_ms); !put)
    return put;
  if (auto put = put_format(*writing, newest_format); !put)
    return put;
  return writing->commit();
}

} // namespace

result<void> put_newest_id(lmdb::transaction& into, int64_t ms) {
  std::string value(1, value_version);
  append_u64(value, static_cast<uint64_t>(ms));
  return into.put(table::meta, ids_key, seal(table::meta, ids_key, value));
}

result<std::unique_ptr<database>> database::open(const database_options& options) {
  const auto& folder = options.folder;
  auto map_bytes = options.map_bytes > 0 ? options.map_bytes : proto::limits::map_bytes;
  if (auto made = host::make_folders(folder); !made)
    return made.failure();
  auto locked = host::file_lock::take(folder + "/lock");
  if (!locked)
    return locked.failure();
  if (!*locked)
    return proto::make_error(ec::storage_failed,
                             "another kodad uses this state directory: " + folder);
  auto state = check_state(folder);
  if (!state)
    return state.failure();
  if (state->is_new)
    if (auto made = create(folder, map_bytes); !made)
      return made.failure();
  auto opened = lmdb::environment::open(folder, map_bytes);
  if (!opened)
    return opened.failure();
  if (state->format < newest_format)
    if (auto done = bring_up_to_date(**opened); !done)
      return done.failure();
  auto ids_marked = go_on_with_ids(**opened);
  if (!ids_marked)
    return ids_marked.failure();
  // Without it a power cut could take the whole new file.
  if (auto synced = host::sync_folder(folder); !synced)
    return synced.failure();
  std::unique_ptr<database> out(new database(std::move(**locked), std::move(*opened), folder));
  out->ids_marked_ = *ids_marked;
  out->notice_ = std::move(state->notice);
  // What names the blobs must have been looked at before any is taken for left over.
  if (state->is_whole)
    if (auto swept = out->sweep_blobs(); !swept)
      return swept.failure();
  return out;
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

} // namespace kodad::storage
