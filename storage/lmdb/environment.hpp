// LMDB, wrapped: the environment, its transactions and scans, with errors as values. The only file
// pair that includes <lmdb.h>. Knows bytes and tables; what they mean is the stores' business.
#pragma once

#include "proto/result.hpp"
#include "storage/lmdb/map_guard.hpp"
#include "storage/lmdb/tree_way.hpp"
#include "storage/schema.hpp"

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct MDB_env;
struct MDB_txn;

namespace kodad::storage::lmdb {

enum class direction : uint8_t { forward, backward };

/// Keys from `first` on and before `end`.
struct key_range {
  std::string first;
  std::string end;
};

/// Looks at one row; false ends the scan. The views live for the call only.
using row_visitor = std::function<bool(std::string_view key, std::string_view value)>;

class environment;

/// A transaction under way. Views that it gives live as long as it does, and for a writer until its
/// next write.
class transaction {
public:
  transaction(transaction&& other) noexcept;
  transaction& operator=(transaction&&) = delete;

  /// Aborts what was not committed; a reader goes back to the pool.
  ~transaction();

  /// A row's value; nothing when there is no such row.
  proto::result<std::optional<std::string_view>> get(table where, std::string_view key) const;

  /// A reader fails where rows may be out of sight between those visited; what lies before the
  /// first and behind the last of them, `scan_around` tells.
  proto::result<void> scan(table where, const key_range& range, direction way,
                           const row_visitor& visit) const;

  /// Visits the last row before `key` and the first from it on, once the way to `key` was looked
  /// at. A look-up compares `key` with both: where these two are sound, what lies between them was
  /// not lost.
  proto::result<void> scan_around(table where, std::string_view key,
                                  const row_visitor& visit) const;

  proto::result<uint64_t> count(table where) const;

  // For writers.
  proto::result<void> put(table where, std::string_view key, std::string_view value);
  proto::result<void> erase(table where, std::string_view key);

  /// Durable once it returns success; the transaction is over either way. Puts the row `moment`.
  proto::result<void> commit();

  /// The number of the commit that a reader sees, or that a writer is making.
  uint64_t moment() const;

private:
  friend class environment;
  enum class kind { reader, writer };
  transaction(const environment& owner, MDB_txn* handle, kind what);
  int check_way(table where, std::string_view key) const;

  const environment* owner_;
  MDB_txn* handle_;
  kind kind_;
};

class environment {
public:
  /// Opens or creates the database file in `folder`. @pre A file that is there is sound.
  static proto::result<std::unique_ptr<environment>> open(const std::string& folder,
                                                          size_t map_bytes);
  ~environment();
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  /// May be called from any thread; the transaction may move between threads. Keep it short.
  proto::result<transaction> read() const;

  /// Of one thread only.
  proto::result<transaction> write();

  /// The moment of the oldest reader under way; the greatest number when there is none.
  uint64_t oldest_reader() const;

  /// Bytes of the file that were ever in use.
  uint64_t used_bytes() const;

private:
  friend class transaction;
  environment() = default;

  proto::result<void> open_tables();
  int check_names(MDB_txn* begun) const;
  void guard_map(const std::string& path);
  int reach_last_page() const;
  void give_back(MDB_txn* reader) const;
  bool is_disk_full() const;
  MDB_txn* take_idle_reader() const;

  MDB_env* handle_ = nullptr;
  std::array<unsigned, table_names.size()> tables_{};
  unsigned names_ = 0; ///< The table of tables.
  std::optional<map_guard> guard_;
  page_map pages_;   ///< Empty while opening.
  std::string path_; // Of the database file.
  mutable std::mutex readers_lock_;
  mutable std::vector<MDB_txn*> idle_readers_; // Reset, waiting for their next use.
  mutable std::vector<MDB_txn*> readers_;      // Under way.
};

} // namespace kodad::storage::lmdb
