#include "storage/lmdb/tree_walk.hpp"

namespace kodad::storage::lmdb {

using proto::ec;
using proto::result;

namespace {

constexpr const char* past_end = "it lies past the end of the file, which was cut off";

uint64_t integer_key(std::string_view key) {
  return number_at<uint64_t>(key, 0);
}

} // namespace

proto::error tree_walk::broken(uint64_t number, const char* why) const {
  return proto::make_error(ec::storage_failed, "page " + std::to_string(number) + ": " + why);
}

std::string_view tree_walk::page_at(uint64_t number) const {
  auto begin = number * page_bytes_;
  return begin + page_bytes_ <= file_.size() ? file_.substr(begin, page_bytes_)
                                             : std::string_view();
}

/// Marks a page as used; tells why it may not be.
const char* tree_walk::use(uint64_t number) {
  if (number < 2 || number >= seen_.size())
    return "there is no such page";
  if (seen_[number])
    return "it is used twice";
  seen_[number] = true;
  ++pages_seen_;
  return nullptr;
}

bool tree_walk::note_free(uint64_t page) {
  if (page < 2 || page >= seen_.size() || seen_[page])
    return false;
  seen_[page] = true;
  return true;
}

result<void> tree_walk::walk(const tree& what, tree_kind kind, const row_judge& judge) {
  kind_ = kind;
  judge_ = &judge;
  counted_ = {};
  is_cut_ = false;
  if (what.depth > depth_most || (what.root == no_page) != (what.depth == 0))
    return broken(what.root, "its tree has no such depth");
  if (what.root != no_page)
    if (auto done = visit(what.root, what.depth, {}); !done)
      return done;
  is_whole_ = is_whole_ && !is_cut_;
  return compare_counts(what);
}

result<void> tree_walk::compare_counts(const tree& what) const {
  bool fits = counted_.branches == what.branches;
  if (!is_cut_)
    fits = fits && counted_.leaves == what.leaves && counted_.overflows == what.overflows &&
           counted_.entries == what.entries;
  if (fits)
    return {};
  return broken(what.root, "its tree has fewer or more pages or rows than it should");
}

result<void> tree_walk::visit(uint64_t number, uint16_t depth, const bounds& keys) {
  if (depth == 0)
    return broken(number, "its tree is deeper than it should be");
  if (const auto* problem = use(number))
    return broken(number, problem);
  auto page = page_at(number);
  if (page.empty())
    return broken(number, past_end);
  if (number_at<uint64_t>(page, 0) != number)
    return broken(number, "it bears another page's number");
  if (number_at<uint16_t>(page, 10) != (depth > 1 ? page_is_branch : page_is_leaf))
    return broken(number, "it is of the wrong kind");
  return visit_nodes(page, number, depth, keys);
}

result<void> tree_walk::visit_nodes(std::string_view page, uint64_t number, uint16_t depth,
                                    const bounds& keys) {
  bool is_branch = depth > 1;
  ++(is_branch ? counted_.branches : counted_.leaves);
  auto nodes = page_nodes::of(page);
  size_t least = is_branch && kind_ != tree_kind::free_pages ? 2 : 1;
  if (!nodes || nodes->count() < least)
    return broken(number, "its head is damaged");
  std::optional<std::string_view> before;
  for (size_t i = 0; i < nodes->count(); ++i) {
    auto one = nodes->at(i);
    if (!one)
      return broken(number, "a row lies outside of it");
    // The first key of a branch stands for all that is less, and says nothing.
    if (!is_branch || i > 0) {
      if (const auto* problem = problem_of_key(*one, before, keys))
        return broken(number, problem);
      before = one->key;
    }
    if (is_branch)
      continue;
    if (auto done = visit_row(*one, number); !done)
      return done;
  }
  if (!nodes->are_all_there())
    return broken(number, "its rows and its head do not agree");
  return is_branch ? visit_children(*nodes, depth, keys) : result<void>();
}

const char* tree_walk::problem_of_key(const page_node& one,
                                      const std::optional<std::string_view>& before,
                                      const bounds& keys) const {
  if (kind_ == tree_kind::free_pages) {
    if (one.key.size() != sizeof(uint64_t))
      return "a key has the wrong length";
    bool is_early = !keys.first.empty() && integer_key(one.key) < integer_key(keys.first);
    bool is_late = keys.end && integer_key(one.key) >= integer_key(*keys.end);
    bool is_unsorted = before && integer_key(one.key) <= integer_key(*before);
    return is_early || is_late || is_unsorted ? "its keys are out of order" : nullptr;
  }
  if (one.key.empty() || one.key.size() > key_bytes_most)
    return "a key has the wrong length";
  bool is_unsorted =
      one.key < keys.first || (keys.end && one.key >= *keys.end) || (before && one.key <= *before);
  return is_unsorted ? "its keys are out of order" : nullptr;
}

/// @pre Each node lies within its page.
result<void> tree_walk::visit_children(const page_nodes& nodes, uint16_t depth,
                                       const bounds& keys) {
  if (depth == 2 && std::chrono::steady_clock::now() >= tired_at_) {
    is_cut_ = true;
    return {};
  }
  for (size_t i = 0; i < nodes.count(); ++i) {
    auto here = *nodes.at(i);
    auto end = i + 1 < nodes.count() ? std::optional(nodes.at(i + 1)->key) : keys.end;
    bounds inner{i > 0 ? here.key : keys.first, end};
    if (auto done = visit(here.child, static_cast<uint16_t>(depth - 1), inner); !done)
      return done;
  }
  return {};
}

result<void> tree_walk::visit_row(const page_node& row, uint64_t number) {
  ++counted_.entries;
  auto expected = kind_ == tree_kind::tables ? node_is_tree : 0;
  if ((row.flags & ~node_is_big) != expected)
    return broken(number, "a row is of the wrong kind");
  auto value = row.data;
  if (row.flags & node_is_big) {
    auto found = overflow(row, number);
    if (!found)
      return found.failure();
    value = *found;
  }
  if (!(*judge_)(row.key, value))
    return broken(number, "a row does not match its checksum");
  return {};
}

/// The value of a row that stands in pages of its own.
result<std::string_view> tree_walk::overflow(const page_node& row, uint64_t number) {
  auto first = number_at<uint64_t>(row.data, 0);
  if (const auto* problem = use(first))
    return broken(first, problem);
  auto page = page_at(first);
  if (page.empty())
    return broken(first, past_end);
  uint64_t run = number_at<uint32_t>(page, 12);
  auto needed = (page_head - 1 + row.data_bytes) / page_bytes_ + 1;
  bool is_run = number_at<uint64_t>(page, 0) == first &&
                number_at<uint16_t>(page, 10) == page_is_overflow && run >= needed &&
                run < seen_.size();
  if (!is_run)
    return broken(first, "it is no run of pages that a row could stand in");
  for (uint64_t i = 1; i < run; ++i)
    if (const auto* problem = use(first + i))
      return broken(first + i, problem);
  if ((first + run) * page_bytes_ > file_.size())
    return broken(first + run - 1, past_end);
  if (row.data_bytes == 0)
    return broken(number, "a row of pages holds nothing");
  counted_.overflows += run;
  return file_.substr(first * page_bytes_ + page_head, row.data_bytes);
}

} // namespace kodad::storage::lmdb
