#include "storage/lmdb/tree_way.hpp"

#include "storage/lmdb/page_nodes.hpp"

namespace kodad::storage::lmdb {

namespace {

using key_view = std::optional<std::string_view>;

/// @param depth Of the tree below and with the page; 1 is a leaf.
std::optional<page_nodes> nodes_at(const page_map& pages, uint64_t number, uint16_t depth) {
  if (number >= pages.bytes.size() / pages.page_bytes)
    return std::nullopt;
  auto page = pages.bytes.substr(number * pages.page_bytes, pages.page_bytes);
  if (number_at<uint64_t>(page, 0) != number)
    return std::nullopt;
  auto out = page_nodes::of(page);
  return out && out->count() > 0 && out->is_branch() == (depth > 1) ? out : std::nullopt;
}

enum class side : uint8_t { first, last };

/// The first or the last key of a part of a tree; nothing when a page on the way to it is not
/// sound.
key_view outermost(const page_map& pages, uint64_t number, uint16_t depth, side which) {
  for (;; --depth) {
    auto nodes = nodes_at(pages, number, depth);
    auto one = nodes ? nodes->at(which == side::first ? 0 : nodes->count() - 1) : std::nullopt;
    if (!one)
      return std::nullopt;
    if (depth == 1)
      return one->key;
    number = one->child;
  }
}

/// All nodes are there, and their keys grow.
bool is_sound(const page_nodes& nodes) {
  if (!nodes.are_all_there())
    return false;
  key_view before;
  for (size_t i = nodes.is_branch() ? 1 : 0; i < nodes.count(); ++i) {
    auto key = nodes.at(i)->key;
    if (key.empty() || (before && key <= *before))
      return false;
    before = key;
  }
  return true;
}

/// The child that holds what is not less than its key, and less than the next one's.
size_t child_for(const page_nodes& nodes, std::string_view key) {
  size_t low = 0;
  size_t high = nodes.count();
  while (high - low > 1) {
    auto middle = low + (high - low) / 2;
    (nodes.at(middle)->key <= key ? low : high) = middle;
  }
  return low;
}

} // namespace

uint64_t page_map::number_of(const void* address) const {
  auto wanted = reinterpret_cast<uintptr_t>(address);
  auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  bool is_within = page_bytes > 0 && wanted >= begin && wanted - begin < bytes.size();
  return is_within ? (wanted - begin) / page_bytes : no_page;
}

bool is_in_place(const page_map& pages, const void* address) {
  auto number = pages.number_of(address);
  if (number == no_page)
    return true;
  auto page = pages.bytes.substr(number * pages.page_bytes, pages.page_bytes);
  if (number_at<uint64_t>(page, 0) != number)
    return false;
  if (number_at<uint16_t>(page, 10) == page_is_overflow)
    return true;
  auto nodes = page_nodes::of(page);
  return nodes && nodes->are_all_there();
}

bool leads_to(const page_map& pages, const tree& where, std::string_view key) {
  if (pages.page_bytes == 0 || where.root == no_page)
    return pages.page_bytes == 0 || (where.depth == 0 && where.entries == 0);
  if (where.depth == 0 || where.depth > depth_most)
    return false;
  auto number = where.root;
  key_view first;
  key_view end;
  for (auto depth = where.depth; depth > 1; --depth) {
    auto nodes = nodes_at(pages, number, depth);
    if (!nodes || !is_sound(*nodes))
      return false;
    auto below = static_cast<uint16_t>(depth - 1);
    auto child = child_for(*nodes, key);
    if (child > 0) {
      first = nodes->at(child)->key;
      auto last = outermost(pages, nodes->at(child - 1)->child, below, side::last);
      if (!last || *last >= *first)
        return false;
    }
    if (child + 1 < nodes->count()) {
      end = nodes->at(child + 1)->key;
      auto next = outermost(pages, nodes->at(child + 1)->child, below, side::first);
      if (!next || *next < *end)
        return false;
    }
    number = nodes->at(child)->child;
  }
  auto leaf = nodes_at(pages, number, 1);
  return leaf && is_sound(*leaf) && (!first || leaf->at(0)->key >= *first) &&
         (!end || leaf->at(leaf->count() - 1)->key < *end);
}

} // namespace kodad::storage::lmdb
