// PAGE LAYOUT: the bytes of an LMDB 0.9 data file on a 64-bit machine, as far as a check needs to
// know them. Reads at given offsets; nothing here trusts what it reads.
//
//   page       = u64 its own number, u16 pad, u16 flags, then
//                u16 lower, u16 upper, u16 offsets of nodes …, free space, nodes   branch and leaf
//                u32 number of pages, bytes                                        overflow
//                meta                                                              pages 0 and 1
//   meta       = u32 magic, u32 version, u64 address, u64 map bytes, tree of free pages,
//                tree of tables, u64 last page, u64 number of its commit
//   tree       = u32 pad (of the first: the page size), u16 flags, u16 depth, u64 branch pages,
//                u64 leaf pages, u64 overflow pages, u64 entries, u64 root
//   node       = u16 low, u16 high, u16 flags, u16 key bytes, key, data
//                branch: low, high and flags are the child's page; leaf: low and high the data's
//                bytes, and the data are a page's number where they stand in overflow pages
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace kodad::storage::lmdb {

inline constexpr uint32_t file_magic = 0xBEEFC0DE;
inline constexpr uint32_t file_magic_swapped = 0xDEC0EFBE;
inline constexpr uint32_t file_version = 1;
inline constexpr size_t page_head = 16;
inline constexpr size_t meta_bytes = page_head + 136;
inline constexpr size_t tree_bytes = 48;
inline constexpr size_t node_head = 8;
inline constexpr size_t key_bytes_most = 511;
inline constexpr uint64_t no_page = UINT64_MAX;
inline constexpr size_t page_bytes_least = 512;
inline constexpr size_t page_bytes_most = 32768;
inline constexpr uint16_t depth_most = 32; ///< LMDB's own bound on a cursor.

inline constexpr uint16_t page_is_branch = 1;
inline constexpr uint16_t page_is_leaf = 2;
inline constexpr uint16_t page_is_overflow = 4;
inline constexpr uint16_t page_is_meta = 8;

inline constexpr uint16_t node_is_big = 1;
inline constexpr uint16_t node_is_tree = 2;

inline constexpr uint16_t tree_has_number_keys = 8;

/// The number at an offset. @pre The bytes are there.
template <class T>
T number_at(std::string_view bytes, size_t offset) {
  T out;
  std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

/// What a meta page or a row of the table of tables says of a tree.
struct tree {
  uint32_t pad = 0;
  uint16_t flags = 0;
  uint16_t depth = 0;
  uint64_t branches = 0;
  uint64_t leaves = 0;
  uint64_t overflows = 0;
  uint64_t entries = 0;
  uint64_t root = no_page;
};

/// @pre `bytes` holds `tree_bytes` from `offset` on.
inline tree tree_at(std::string_view bytes, size_t offset) {
  return {number_at<uint32_t>(bytes, offset),      number_at<uint16_t>(bytes, offset + 4),
          number_at<uint16_t>(bytes, offset + 6),  number_at<uint64_t>(bytes, offset + 8),
          number_at<uint64_t>(bytes, offset + 16), number_at<uint64_t>(bytes, offset + 24),
          number_at<uint64_t>(bytes, offset + 32), number_at<uint64_t>(bytes, offset + 40)};
}

struct meta {
  tree free_pages;
  tree tables;
  uint64_t last_page = 0;
  uint64_t commit = 0;
};

/// @pre `page` holds `meta_bytes`.
inline meta meta_of(std::string_view page) {
  constexpr size_t trees = page_head + 24;
  return {tree_at(page, trees), tree_at(page, trees + tree_bytes),
          number_at<uint64_t>(page, trees + 2 * tree_bytes),
          number_at<uint64_t>(page, trees + 2 * tree_bytes + 8)};
}

} // namespace kodad::storage::lmdb
