// TREE WAY: looks at the way that a look-up takes through a tree of a mapped LMDB file. LMDB itself
// believes each page: one that lost a child or leads to another makes rows that are there be none.
#pragma once

#include "storage/lmdb/page_layout.hpp"

#include <string_view>

namespace kodad::storage::lmdb {

/// A file's pages in memory. Reading one that the file no longer holds ends the process with a
/// word (map_guard.hpp).
struct page_map {
  std::string_view bytes;
  size_t page_bytes = 0; ///< 0: not known, and nothing can be looked at.

  /// Of the page that an address lies in; `no_page` when it is outside of the map.
  uint64_t number_of(const void* address) const;
};

/// Does the page that an address lies in bear its own number, and show all its rows? One that was
/// put in another's place does not, though every row in it may be sound. True of addresses outside
/// of the map, as those of LMDB's own copies. @pre The page is the first of its row.
bool is_in_place(const page_map& pages, const void* address);

/// Would a row be found if the tree held it? Each page from the root down to the leaf where `key`
/// stands, or would, must be in its place, of its kind, with all its nodes in order; and what
/// decides between two children must lie between the last row of the one and the first of the
/// other. An empty `key` stands before all. @pre No writer changes the tree meanwhile.
bool leads_to(const page_map& pages, const tree& where, std::string_view key);

} // namespace kodad::storage::lmdb
