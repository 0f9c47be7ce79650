// FILE CHECK: is a database file whole and sane? Answers before LMDB maps the file, which trusts
// every byte and would die of a bad one. Reads only. When its time is over, it looks at the inner
// pages of the trees alone, and says so.
#pragma once

#include "proto/result.hpp"
#include "storage/lmdb/tree_walk.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace kodad::storage::lmdb {

/// What the check found of a file that LMDB can read.
struct file_report {
  uint64_t commit = 0;  ///< The number of the newest commit.
  uint64_t older = 0;   ///< The one before it, whose first page is there, too.
  bool is_whole = true; ///< Every row was looked at.
  uint64_t bytes_seen = 0;
  uint64_t bytes = 0;    ///< All that are in use, or were.
  bool is_short = false; ///< Pages at the end that hold nothing are missing, as after a crash.
  bool is_cut = false;   ///< So many of them that something was cut off, though nothing of ours.
};

struct file_questions {
  /// The judge of a table's rows. Asked for the tables in the order of `first`, then for others.
  std::function<row_judge(std::string_view table)> judge_of;
  std::vector<std::string_view> first;
  row_judge judge_older; ///< Of the rows of the very first table as of the older commit.
  std::chrono::milliseconds patience = std::chrono::hours(24); ///< Then no more rows are.
};

/// Fails with `storage_failed`; the context begins with the path and says what is wrong.
proto::result<file_report> check_file(const std::string& path, const file_questions& ask);

} // namespace kodad::storage::lmdb
