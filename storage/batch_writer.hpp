// BATCH WRITER: applies batches to one write transaction. Large values become blob files, whose
// references it counts in the same transaction. It removes no file: that waits for the commit.
#pragma once

#include "storage/blob_files.hpp"
#include "storage/lmdb/environment.hpp"
#include "storage/write_batch.hpp"

#include <string>
#include <vector>

namespace kodad::storage {

class batch_writer {
public:
  /// @param into @param blobs Outlive the writer.
  batch_writer(lmdb::transaction& into, const blob_files& blobs) : into_(into), blobs_(blobs) {}

  /// After a failure the transaction must be given up.
  proto::result<void> apply(const write_batch& batch);

  /// The digests of the blobs that gained or lost a reference, also by what failed.
  const std::vector<std::string>& touched() const { return touched_; }

private:
  proto::result<void> apply(const write_operation& step);
  proto::result<void> put(const write_operation& step);
  proto::result<void> put_row(table where, std::string_view key, std::string_view value);
  proto::result<std::optional<std::string_view>> get(table where, std::string_view key) const;
  proto::result<void> put_blob(const write_operation& step);
  proto::result<void> put_reference(const write_operation& step);
  proto::result<void> erase(table where, std::string_view key);
  proto::result<void> erase_range(const write_operation& step);
  proto::result<void> let_go(table where, std::string_view key);
  proto::result<void> count(const std::string& digest, int64_t change);

  lmdb::transaction& into_;
  const blob_files& blobs_;
  std::vector<std::string> touched_;
};

} // namespace kodad::storage
