// PAGE NODES: the nodes of a branch or leaf page, read without trust in what its head says.
#pragma once

#include "storage/lmdb/page_layout.hpp"

#include <optional>
#include <string_view>

namespace kodad::storage::lmdb {

/// A node whose bytes lie within its page, as all views here do.
struct page_node {
  std::string_view key;    ///< The first of a branch stands for all that is less, and says nothing.
  std::string_view data;   ///< Of a leaf: what stands in the page.
  uint64_t child = 0;      ///< Of a branch.
  uint32_t data_bytes = 0; ///< Of a leaf: those in overflow pages too.
  uint16_t flags = 0;
};

class page_nodes {
public:
  /// Nothing when it is no branch or leaf, or its head cannot be. The views live as long as it.
  static std::optional<page_nodes> of(std::string_view page);

  bool is_branch() const { return is_branch_; }

  size_t count() const { return count_; }

  /// Nothing when it lies outside of the page. @pre `index` is less than the count.
  std::optional<page_node> at(size_t index) const;

  /// Do the nodes fill the page from its end down to where its head says? Else some are out of
  /// sight.
  bool are_all_there() const;

private:
  page_nodes(std::string_view page, bool is_branch, size_t count, size_t upper)
      : page_(page), is_branch_(is_branch), count_(count), upper_(upper) {}

  std::string_view page_;
  bool is_branch_;
  size_t count_;
  size_t upper_; // Where the first node begins.
};

} // namespace kodad::storage::lmdb
