#include "storage/lmdb/page_nodes.hpp"

namespace kodad::storage::lmdb {

std::optional<page_nodes> page_nodes::of(std::string_view page) {
  auto kind = number_at<uint16_t>(page, 10);
  size_t lower = number_at<uint16_t>(page, 12);
  size_t upper = number_at<uint16_t>(page, 14);
  bool is_known = kind == page_is_branch || kind == page_is_leaf;
  if (!is_known || lower < page_head || lower % 2 || lower > upper || upper > page.size())
    return std::nullopt;
  return page_nodes(page, kind == page_is_branch, (lower - page_head) / 2, upper);
}

std::optional<page_node> page_nodes::at(size_t index) const {
  size_t begin = number_at<uint16_t>(page_, page_head + 2 * index);
  if (begin < upper_ || begin % 2 || begin + node_head > page_.size())
    return std::nullopt;
  page_node out;
  out.flags = number_at<uint16_t>(page_, begin + 4);
  out.data_bytes = number_at<uint16_t>(page_, begin) |
                   static_cast<uint32_t>(number_at<uint16_t>(page_, begin + 2)) << 16;
  out.child = out.data_bytes | static_cast<uint64_t>(out.flags) << 32;
  size_t key_bytes = number_at<uint16_t>(page_, begin + 6);
  size_t here = is_branch_ ? 0 : out.flags & node_is_big ? sizeof(uint64_t) : out.data_bytes;
  if (begin + node_head + key_bytes + here > page_.size())
    return std::nullopt;
  out.key = page_.substr(begin + node_head, key_bytes);
  out.data = page_.substr(begin + node_head + key_bytes, here);
  return out;
}

bool page_nodes::are_all_there() const {
  size_t used = 0;
  for (size_t i = 0; i < count_; ++i) {
    auto one = at(i);
    if (!one)
      return false;
    auto size = node_head + one->key.size() + one->data.size();
    used += size + size % 2;
  }
  return used == page_.size() - upper_;
}

} // namespace kodad::storage::lmdb
