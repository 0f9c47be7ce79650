// The DATABASE: what is kept, as one LMDB environment and a folder of blob files. Readers take
// snapshots from any thread; one thread alone commits. A commit is durable once it returns. Every
// row bears a checksum: what was changed from outside is an error, never an answer, and neither is
// a row taken for missing that was lost.
#pragma once

#include "storage/blob_files.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/lmdb/environment.hpp"
#include "storage/write_batch.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kodad::storage {

struct database_options {
  std::string folder;   ///< Created with mode 0700 if it is not there.
  size_t map_bytes = 0; ///< The most the database can hold; address space only.
};

/// The database as of one moment. Short-lived: while it exists no page freed since is used again.
/// Fails with `storage_failed` where what is stored is damaged.
class snapshot {
public:
  /// A row's value with blobs resolved; nothing when there is no such row.
  proto::result<std::optional<std::string>> get(table where, std::string_view key) const;

  /// Like `get`, but what stands in a file is given as the reference to it.
  proto::result<std::optional<std::string>> get_row(table where, std::string_view key) const;

  /// Does the row exist?
  proto::result<bool> contains(table where, std::string_view key) const;

  /// Visits rows with blobs resolved. A blob that cannot be read ends the scan with its error.
  proto::result<void> scan(table where, const lmdb::key_range& range, lmdb::direction way,
                           const lmdb::row_visitor& visit) const;

  /// Visits rows whose keys say enough: blobs are not read, a large value is just a reference.
  proto::result<void> scan_keys(table where, const lmdb::key_range& range, lmdb::direction way,
                                const lmdb::row_visitor& visit) const;

  /// What a value from `get_row` or `scan_keys` stands for: a file's content, or the value itself.
  proto::result<std::string> whole(std::string_view value) const;

  /// Fails as `whole` would, where it can be known for a fair price; see blob_files::check.
  proto::result<void> check(std::string_view value, uint64_t& budget) const;

  proto::result<uint64_t> count(table where) const;

private:
  friend class database;
  proto::result<std::optional<std::string_view>> find(table where, std::string_view key) const;
  proto::result<void> check_around(table where, std::string_view key) const;
  snapshot(proto::result<lmdb::transaction> begun, const blob_files& blobs)
      : begun_(std::move(begun)), blobs_(&blobs) {}

  proto::result<lmdb::transaction> begun_;
  const blob_files* blobs_;
};

/// Notes that ids were made from times up to `ms`.
proto::result<void> put_newest_id(lmdb::transaction& into, int64_t ms);

class database {
public:
  /// Opens or creates. Fails with `storage_failed` when somebody else uses the folder, in this
  /// process or another, and for what is damaged, missing or newer than this program: then nothing
  /// is changed, and the context tells the way back. Snapshots end before it. From then on ids
  /// sort after all that were committed here.
  static proto::result<std::unique_ptr<database>> open(const database_options& options);

  /// Cheap. May be called from any thread.
  snapshot read() const;

  /// Commits all batches in one transaction; where that fails, each alone, so that only those that
  /// cannot be kept fail. One outcome per batch, in order. Of one thread only.
  std::vector<proto::result<void>> commit(std::span<const write_batch> batches);

  /// What the operator should know of the opening; empty: nothing.
  const std::string& notice() const { return notice_; }

  /// Could so many bytes be written now, and a commit be made durable? Tries it. Of the thread that
  /// commits.
  proto::result<void> check_room(uint64_t bytes);

  /// Bytes of the database file that rows and free pages take; it never shrinks.
  uint64_t used_bytes() const { return environment_->used_bytes(); }

private:
  database(host::file_lock lock, std::unique_ptr<lmdb::environment> environment,
           const std::string& folder)
      : lock_(std::move(lock)), environment_(std::move(environment)), blobs_(folder + "/blobs"),
        folder_(folder) {}

  proto::result<void> commit_together(std::span<const write_batch> batches);
  proto::result<void> sweep_blobs() const;
  void remove_loose_blobs();

  host::file_lock lock_; // Let go last.
  std::unique_ptr<lmdb::environment> environment_;
  blob_files blobs_;
  std::string folder_;
  std::string notice_;

  int64_t ids_marked_ = 0; // The row `ids` speaks of no earlier time.

  // The blobs that may have no reference left, with the last commit that touched them.
  std::map<std::string, uint64_t> loose_;
};

} // namespace kodad::storage
