// TREE WALK: follows every page of a tree in an LMDB file that is mapped for reading, and believes
// nothing: page numbers, flags, offsets, sizes, the order and bounds of keys, overflow runs, each
// page used once, and the tree's own counts. What passes, LMDB can read without a fault.
#pragma once

#include "proto/result.hpp"
#include "storage/lmdb/page_nodes.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage::lmdb {

/// Looks at one row of a tree; false: the row itself is damaged.
using row_judge = std::function<bool(std::string_view key, std::string_view value)>;

enum class tree_kind : uint8_t { free_pages, tables, rows };

class tree_walk {
public:
  /// @param file All bytes there are; outlives the walk.
  /// @param page_count Pages that may be in use, whether in the file or not.
  /// @param patience The walk looks into leaves so long; then at inner pages alone.
  tree_walk(std::string_view file, size_t page_bytes, uint64_t page_count,
            std::chrono::milliseconds patience)
      : file_(file), page_bytes_(page_bytes), seen_(page_count),
        tired_at_(std::chrono::steady_clock::now() + patience) {}

  /// Fails with `storage_failed`, saying what is wrong with which page.
  proto::result<void> walk(const tree& what, tree_kind kind, const row_judge& judge);

  /// Notes a page that must be in no tree. False when it is, or was noted before.
  bool note_free(uint64_t page);

  /// Were all rows of all trees looked at?
  bool is_whole() const { return is_whole_; }

  /// Bytes of all pages that were looked at.
  uint64_t bytes_seen() const { return pages_seen_ * page_bytes_; }

private:
  /// The keys that a page may hold: from `first` on and before `end`.
  struct bounds {
    std::string_view first;
    std::optional<std::string_view> end;
  };

  proto::result<void> visit(uint64_t number, uint16_t depth, const bounds& keys);
  proto::result<void> visit_nodes(std::string_view page, uint64_t number, uint16_t depth,
                                  const bounds& keys);
  proto::result<void> visit_children(const page_nodes& nodes, uint16_t depth, const bounds& keys);
  proto::result<void> visit_row(const page_node& row, uint64_t number);
  proto::result<std::string_view> overflow(const page_node& row, uint64_t number);
  proto::result<void> compare_counts(const tree& what) const;
  const char* use(uint64_t number);
  const char* problem_of_key(const page_node& one, const std::optional<std::string_view>& before,
                             const bounds& keys) const;
  std::string_view page_at(uint64_t number) const;
  proto::error broken(uint64_t number, const char* why) const;

  std::string_view file_;
  size_t page_bytes_;
  std::vector<bool> seen_;
  std::chrono::steady_clock::time_point tired_at_;
  uint64_t pages_seen_ = 0;
  bool is_whole_ = true;

  // Of the tree under way.
  tree_kind kind_ = tree_kind::rows;
  const row_judge* judge_ = nullptr;
  tree counted_;
  bool is_cut_ = false; // Some leaves were left out.
};

} // namespace kodad::storage::lmdb
