// WRITE BATCH: the writes of one user-visible fact, collected anywhere and committed whole or not
// at all by `database::commit`. A plain value: it knows keys and bytes, no database. The stores'
// methods fill it.
#pragma once

#include "storage/schema.hpp"

#include <string>
#include <vector>

namespace kodad::storage {

/// One step of a batch.
struct write_operation {
  enum class kind : uint8_t { put, put_reference, erase, erase_range };

  kind what = kind::put;
  table where = table::meta;
  std::string key;
  std::string value; ///< Of a put; the end key of a range.
};

class write_batch {
public:
  /// Adds or overwrites a row.
  /// @pre `value` is empty or starts with its version byte, which is not `reference_mark`.
  void put(table where, std::string key, std::string value);

  /// Like `put`, for the value of a row that exists elsewhere and stands in a blob file: the file
  /// is shared. The commit fails with `session_busy` where the file went away meanwhile.
  void put_reference(table where, std::string key, std::string reference);

  /// Removes a row; not an error if there is none.
  void erase(table where, std::string key);

  /// Removes all rows from `first_key` on and before `end_key`.
  void erase_range(table where, std::string first_key, std::string end_key);

  /// Adds all of `later` after what is here.
  void append(write_batch later);

  bool empty() const { return operations_.empty(); }

  /// The number of operations.
  size_t size() const { return operations_.size(); }

  /// Bytes of all keys and values.
  size_t bytes() const { return bytes_; }

  const std::vector<write_operation>& operations() const { return operations_; }

private:
  void add(write_operation next);

  std::vector<write_operation> operations_;
  size_t bytes_ = 0;
};

} // namespace kodad::storage
