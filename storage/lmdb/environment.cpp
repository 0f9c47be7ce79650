#include "storage/lmdb/environment.hpp"

#include "storage/keys.hpp"
#include "storage/lmdb/data_file.hpp"
#include "storage/lmdb/map_reading.hpp"
#include "storage/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <lmdb.h>
#include <sys/statvfs.h>
#include <utility>

namespace kodad::storage::lmdb {

using proto::ec;
using proto::result;

namespace {

constexpr unsigned readers_max = 512;

proto::error failure(const char* what, int code) {
  if (code == ESTALE)
    return proto::make_error(
        ec::storage_failed, "the database file was removed, replaced or moved while it was in use: "
                            "what is written now would be lost; stop kodad, and put it back or "
                            "restore a backup");
  bool is_full = code == MDB_MAP_FULL || code == ENOSPC || code == EDQUOT;
  bool is_damaged = code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_CURSOR_FULL ||
                    code == MDB_PANIC || code == MDB_INVALID || code == MDB_BAD_TXN ||
                    code == MDB_BAD_DBI || code == MDB_INCOMPATIBLE;
  return proto::make_error(is_full ? ec::storage_full : ec::storage_failed,
                           (is_damaged ? "the database is damaged: " : "") + std::string(what) +
                               ": " + mdb_strerror(code));
}

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& bytes) {
  return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
}

/// A cursor that closes itself.
struct cursor {
  ~cursor() {
    if (handle)
      mdb_cursor_close(handle);
  }
  MDB_cursor* handle = nullptr;
};

/// Puts a backward scan on the last row before `end`.
int seek_before(MDB_cursor* at, const std::string& end, MDB_val& key, MDB_val& value) {
  key = to_val(end);
  int code = mdb_cursor_get(at, &key, &value, MDB_SET_RANGE);
  if (code == MDB_NOTFOUND)
    return mdb_cursor_get(at, &key, &value, MDB_LAST);
  return code == MDB_SUCCESS ? mdb_cursor_get(at, &key, &value, MDB_PREV) : code;
}

} // namespace

transaction::transaction(const environment& owner, MDB_txn* handle, kind what)
    : owner_(&owner), handle_(handle), kind_(what) {}

transaction::transaction(transaction&& other) noexcept
    : owner_(other.owner_), handle_(std::exchange(other.handle_, nullptr)), kind_(other.kind_) {}

transaction::~transaction() {
  if (!handle_)
    return;
  if (kind_ == kind::reader)
    owner_->give_back(handle_);
  else
    mdb_txn_abort(handle_);
}

result<std::optional<std::string_view>> transaction::get(table where, std::string_view key) const {
  map_reading in(owner_->path_.c_str());
  auto wanted = to_val(key);
  MDB_val value;
  int code = mdb_get(handle_, owner_->tables_[static_cast<size_t>(where)], &wanted, &value);
  if (code == MDB_NOTFOUND)
    return std::optional<std::string_view>();
  if (code == MDB_SUCCESS && !is_in_place(owner_->pages_, value.mv_data))
    code = MDB_CORRUPTED;
  if (code != MDB_SUCCESS)
    return failure("read a row", code);
  return std::optional(to_view(value));
}

result<void> transaction::scan(table where, const key_range& range, direction way,
                               const row_visitor& visit) const {
  map_reading in(owner_->path_.c_str());
  cursor at;
  int code = mdb_cursor_open(handle_, owner_->tables_[static_cast<size_t>(where)], &at.handle);
  if (code != MDB_SUCCESS)
    return failure("open a cursor", code);
  MDB_val key = to_val(range.first);
  MDB_val value;
  // LMDB knows no empty key: an open beginning is its own operation.
  auto from_first = range.first.empty() ? MDB_FIRST : MDB_SET_RANGE;
  code = way == direction::forward ? mdb_cursor_get(at.handle, &key, &value, from_first)
                                   : seek_before(at.handle, range.end, key, value);
  uint64_t page = no_page;
  while (code == MDB_SUCCESS) {
    auto now = to_view(key);
    auto page_before = std::exchange(page, owner_->pages_.number_of(key.mv_data));
    if (page != page_before)
      code = check_way(where, now);
    if (code != MDB_SUCCESS)
      break;
    if (now >= range.end || now < range.first || !visit(now, to_view(value)))
      return {};
    code = mdb_cursor_get(at.handle, &key, &value, way == direction::forward ? MDB_NEXT : MDB_PREV);
  }
  if (code != MDB_NOTFOUND)
    return failure("scan rows", code);
  return {};
}

result<void> transaction::scan_around(table where, std::string_view key,
                                      const row_visitor& visit) const {
  map_reading in(owner_->path_.c_str());
  cursor at;
  int code = check_way(where, key);
  if (code == MDB_SUCCESS)
    code = mdb_cursor_open(handle_, owner_->tables_[static_cast<size_t>(where)], &at.handle);
  if (code != MDB_SUCCESS)
    return failure("look around a row", code);
  auto found = to_val(key);
  MDB_val value;
  code = mdb_cursor_get(at.handle, &found, &value, key.empty() ? MDB_FIRST : MDB_SET_RANGE);
  bool is_last = code == MDB_NOTFOUND;
  if (code == MDB_SUCCESS && !visit(to_view(found), to_view(value)))
    return {};
  if (code == MDB_SUCCESS || is_last)
    code = mdb_cursor_get(at.handle, &found, &value, is_last ? MDB_LAST : MDB_PREV);
  if (code == MDB_SUCCESS)
    visit(to_view(found), to_view(value));
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
    return failure("look around a row", code);
  return {};
}

/// A writer's tree is in part not in the file yet: there only the page of the key is looked at.
int transaction::check_way(table where, std::string_view key) const {
  if (kind_ == kind::writer)
    return is_in_place(owner_->pages_, key.data()) ? MDB_SUCCESS : MDB_CORRUPTED;
  auto name = to_val(table_names[static_cast<size_t>(where)]);
  MDB_val row;
  int code = mdb_get(handle_, owner_->names_, &name, &row);
  if (code == MDB_NOTFOUND || (code == MDB_SUCCESS && row.mv_size != tree_bytes))
    code = MDB_CORRUPTED;
  if (code == MDB_SUCCESS && !leads_to(owner_->pages_, tree_at(to_view(row), 0), key))
    code = MDB_CORRUPTED;
  return code;
}

result<uint64_t> transaction::count(table where) const {
  map_reading in(owner_->path_.c_str());
  MDB_stat about;
  int code = mdb_stat(handle_, owner_->tables_[static_cast<size_t>(where)], &about);
  if (code != MDB_SUCCESS)
    return failure("count rows", code);
  return uint64_t{about.ms_entries};
}

result<void> transaction::put(table where, std::string_view key, std::string_view value) {
  map_reading in(owner_->path_.c_str());
  auto at = to_val(key);
  auto bytes = to_val(value);
  int code = mdb_put(handle_, owner_->tables_[static_cast<size_t>(where)], &at, &bytes, 0);
  if (code != MDB_SUCCESS)
    return failure("write a row", code);
  return {};
}

result<void> transaction::erase(table where, std::string_view key) {
  map_reading in(owner_->path_.c_str());
  auto at = to_val(key);
  int code = mdb_del(handle_, owner_->tables_[static_cast<size_t>(where)], &at, nullptr);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
    return failure("erase a row", code);
  return {};
}

result<void> transaction::commit() {
  map_reading in(owner_->path_.c_str());
  std::string value(1, value_version);
  append_u64(value, moment());
  if (auto done = put(table::meta, moment_key, seal(table::meta, moment_key, value)); !done)
    return done;
  int code = mdb_txn_commit(std::exchange(handle_, nullptr));
  // LMDB reports a page that could be written only in part, as on a full disk, as EIO.
  if (code == EIO && owner_->is_disk_full())
    code = ENOSPC;
  if (code == MDB_SUCCESS)
    code = owner_->reach_last_page();
  if (code != MDB_SUCCESS)
    return failure("commit", code);
  return {};
}

uint64_t transaction::moment() const {
  return mdb_txn_id(handle_);
}

result<std::unique_ptr<environment>> environment::open(const std::string& folder,
                                                       size_t map_bytes) {
  std::unique_ptr<environment> out(new environment);
  int code = mdb_env_create(&out->handle_);
  if (code != MDB_SUCCESS)
    return failure("create the database environment", code);
  mdb_env_set_mapsize(out->handle_, map_bytes);
  mdb_env_set_maxreaders(out->handle_, readers_max);
  mdb_env_set_maxdbs(out->handle_, table_names.size());
  // NOTLS: a reader belongs to its transaction, not its thread, as actors move between threads.
  // NORDAHEAD: look-ups jump about; reading ahead would only fill the page cache.
  code = mdb_env_open(out->handle_, folder.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600);
  if (code != MDB_SUCCESS)
    return failure("open the database", code);
  int dead = 0;
  mdb_reader_check(out->handle_, &dead);
  if (auto done = out->open_tables(); !done)
    return done.failure();
  out->guard_map(folder + "/data.mdb");
  return out;
}

void environment::guard_map(const std::string& path) {
  path_ = path;
  mdb_env_set_userctx(handle_, path_.data());
  mdb_env_set_assert(handle_, [](MDB_env* env, const char*) {
    break_down(static_cast<const char*>(mdb_env_get_userctx(env)), "a page cannot be");
  });
  // LMDB does not tell where its map is, but every value that it gives lies in it.
  MDB_txn* reading = nullptr;
  MDB_dbi names = 0;
  cursor at;
  MDB_val name;
  MDB_val value;
  MDB_stat about{};
  if (mdb_txn_begin(handle_, nullptr, MDB_RDONLY, &reading) != MDB_SUCCESS)
    return;
  if (mdb_dbi_open(reading, nullptr, 0, &names) == MDB_SUCCESS &&
      mdb_cursor_open(reading, names, &at.handle) == MDB_SUCCESS &&
      mdb_cursor_get(at.handle, &name, &value, MDB_FIRST) == MDB_SUCCESS &&
      mdb_env_stat(handle_, &about) == MDB_SUCCESS)
    pages_ = {mapping_around(value.mv_data), about.ms_psize};
  // A damaged length leads past the map's end by as much as LMDB's 32 bits can say.
  constexpr size_t longest_row = size_t{1} << 32;
  if (!pages_.bytes.empty())
    guard_.emplace(path, pages_.bytes.data(), pages_.bytes.size() + longest_row);
  if (at.handle)
    mdb_cursor_close(std::exchange(at.handle, nullptr));
  mdb_txn_abort(reading);
}

/// Makes the file reach to its last page. LMDB does not write pages that a commit took and gave
/// back; were the file short of them, nothing would tell it from one that was cut off. Fails with
/// ESTALE where the next start would not find what was written.
int environment::reach_last_page() const {
  int fd = -1;
  if (int code = mdb_env_get_fd(handle_, &fd); code != MDB_SUCCESS)
    return code;
  // While opening there is no path yet.
  return path_.empty() || is_at(fd, path_) ? reach(fd, used_bytes()) : ESTALE;
}

result<void> environment::open_tables() {
  auto opening = write();
  if (!opening)
    return opening.failure();
  MDB_stat about{};
  if (int code = mdb_env_stat(handle_, &about); code != MDB_SUCCESS)
    return failure("count the tables", code);
  if (int code = mdb_dbi_open(opening->handle_, nullptr, 0, &names_); code != MDB_SUCCESS)
    return failure("open the table of tables", code);
  for (size_t i = 0; i < tables_.size(); ++i) {
    int code = mdb_dbi_open(opening->handle_, std::string(table_names[i]).c_str(), MDB_CREATE,
                            &tables_[i]);
    if (code != MDB_SUCCESS)
      return failure("open a table", code);
  }
  if (about.ms_entries < tables_.size())
    return opening->commit();
  // Nothing was made; the commit only keeps the tables open.
  int code = mdb_txn_commit(std::exchange(opening->handle_, nullptr));
  return code == MDB_SUCCESS ? result<void>() : failure("open the tables", code);
}

environment::~environment() {
  for (auto* reader : idle_readers_)
    mdb_txn_abort(reader);
  if (handle_)
    mdb_env_close(handle_);
}

result<transaction> environment::read() const {
  std::lock_guard hold(readers_lock_);
  // Beginning under the lock takes 50 ns and lets `oldest_reader` miss nobody.
  auto* handle = take_idle_reader();
  bool is_new = handle == nullptr;
  int code = is_new ? mdb_txn_begin(handle_, nullptr, MDB_RDONLY, &handle) : mdb_txn_renew(handle);
  bool has_begun = code == MDB_SUCCESS;
  if (has_begun)
    code = check_names(handle);
  if (code != MDB_SUCCESS && (has_begun || !is_new))
    mdb_txn_abort(handle);
  if (code != MDB_SUCCESS)
    return failure("begin to read", code);
  readers_.push_back(handle);
  return transaction(*this, handle, transaction::kind::reader);
}

/// LMDB looks a table up when it is first used; one whose row is out of sight is empty to it, and
/// one of an older page is what it was then. All rows stand in one page.
int environment::check_names(MDB_txn* begun) const {
  map_reading in(path_.c_str());
  for (auto name : {table_names.front(), table_names.back()}) {
    auto wanted = to_val(name);
    MDB_val row;
    int code = mdb_get(begun, names_, &wanted, &row);
    if (code == MDB_NOTFOUND || (code == MDB_SUCCESS && !is_in_place(pages_, row.mv_data)))
      return MDB_CORRUPTED;
    if (code != MDB_SUCCESS)
      return code;
  }
  return MDB_SUCCESS;
}

MDB_txn* environment::take_idle_reader() const {
  if (idle_readers_.empty())
    return nullptr;
  auto* out = idle_readers_.back();
  idle_readers_.pop_back();
  return out;
}

result<transaction> environment::write() {
  MDB_txn* handle = nullptr;
  int code = mdb_txn_begin(handle_, nullptr, 0, &handle);
  if (code == MDB_SUCCESS && names_ != 0) { // While opening there may be none yet.
    code = check_names(handle);
    if (code != MDB_SUCCESS)
      mdb_txn_abort(handle);
  }
  if (code != MDB_SUCCESS)
    return failure("begin to write", code);
  return transaction(*this, handle, transaction::kind::writer);
}

uint64_t environment::oldest_reader() const {
  std::lock_guard hold(readers_lock_);
  uint64_t oldest = UINT64_MAX;
  for (auto* reader : readers_)
    oldest = std::min(oldest, uint64_t{mdb_txn_id(reader)});
  return oldest;
}

uint64_t environment::used_bytes() const {
  MDB_envinfo info;
  MDB_stat about;
  if (mdb_env_info(handle_, &info) != MDB_SUCCESS || mdb_env_stat(handle_, &about) != MDB_SUCCESS)
    return 0;
  return (uint64_t{info.me_last_pgno} + 1) * about.ms_psize;
}

bool environment::is_disk_full() const {
  constexpr uint64_t nearly_nothing = 64 * 1024; // Less than one commit of ours may need.
  const char* folder = nullptr;
  struct statvfs about {};
  if (mdb_env_get_path(handle_, &folder) != MDB_SUCCESS || statvfs(folder, &about) != 0)
    return false;
  return uint64_t{about.f_bavail} * about.f_frsize < nearly_nothing;
}

void environment::give_back(MDB_txn* reader) const {
  std::lock_guard hold(readers_lock_);
  std::erase(readers_, reader);
  mdb_txn_reset(reader);
  idle_readers_.push_back(reader);
}

} // namespace kodad::storage::lmdb
