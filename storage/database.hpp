// The DATABASE: what is kept, as one LMDB environment and a folder of blob files. Readers take
// snapshots from any thread; one thread alone commits. A commit is durable once it returns.
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
class snapshot {
public:
  /// A row's value with blobs resolved; nothing when there is no such row.
  proto::result<std::optional<std::string>> get(table where, std::string_view key) const;

  /// Does the row exist?
  proto::result<bool> contains(table where, std::string_view key) const;

  /// Visits rows with blobs resolved. A blob that cannot be read ends the scan with its error.
  proto::result<void> scan(table where, const lmdb::key_range& range, lmdb::direction way,
                           const lmdb::row_visitor& visit) const;

  /// Visits rows whose keys say enough: blobs are not read, a large value is just a reference.
  proto::result<void> scan_keys(table where, const lmdb::key_range& range, lmdb::direction way,
                                const lmdb::row_visitor& visit) const;

  proto::result<uint64_t> count(table where) const;

private:
  friend class database;
  snapshot(proto::result<lmdb::transaction> begun, const blob_files& blobs)
      : begun_(std::move(begun)), blobs_(&blobs) {}

  proto::result<lmdb::transaction> begun_;
  const blob_files* blobs_;
};

class database {
public:
  /// Opens or creates. Fails with `storage_failed` when somebody else uses the folder, in this
  /// process or another, or the format is newer than this program. Snapshots end before it.
  static proto::result<std::unique_ptr<database>> open(const database_options& options);

  /// Cheap. May be called from any thread.
  snapshot read() const;

  /// Commits all batches in one transaction; where that fails, each alone, so that only those that
  /// cannot be kept fail. One outcome per batch, in order. Of one thread only.
  std::vector<proto::result<void>> commit(std::span<const write_batch> batches);

  /// Bytes of the database file that rows and free pages take; it never shrinks.
  uint64_t used_bytes() const { return environment_->used_bytes(); }

private:
  database(host::file_lock lock, std::unique_ptr<lmdb::environment> environment, blob_files blobs)
      : lock_(std::move(lock)), environment_(std::move(environment)), blobs_(std::move(blobs)) {}

  proto::result<void> commit_together(std::span<const write_batch> batches);
  proto::result<void> sweep_blobs() const;
  void remove_loose_blobs();

  host::file_lock lock_; // Let go last.
  std::unique_ptr<lmdb::environment> environment_;
  blob_files blobs_;

  // The blobs that may have no reference left, with the last commit that touched them.
  std::map<std::string, uint64_t> loose_;
};

} // namespace kodad::storage
