#include "storage/lmdb/tree_way.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace kodad::storage::lmdb;

namespace {

constexpr size_t page_bytes = 512;

template <class T>
void put(std::string& page, size_t at, T value) {
  std::memcpy(page.data() + at, &value, sizeof value);
}

struct child {
  std::string key;
  uint16_t page;
};

/// A page of the layout in page_layout.hpp. Rows of a leaf hold nothing but their keys.
std::string make_page(uint64_t number, uint16_t kind, const std::vector<child>& nodes) {
  std::string out(page_bytes, '\0');
  size_t upper = page_bytes;
  size_t slot = page_head;
  for (const auto& [key, page] : nodes) {
    upper -= node_head + key.size() + key.size() % 2;
    put(out, slot, static_cast<uint16_t>(upper));
    put(out, upper, kind == page_is_branch ? page : uint16_t{0});
    put(out, upper + 6, static_cast<uint16_t>(key.size()));
    out.replace(upper + node_head, key.size(), key);
    slot += 2;
  }
  put(out, 0, number);
  put(out, 10, kind);
  put(out, 12, static_cast<uint16_t>(slot));
  put(out, 14, static_cast<uint16_t>(upper));
  return out;
}

/// Page 0 leads to three leaves.
struct small_tree {
  std::vector<std::string> pages = {
      make_page(0, page_is_branch, {{"", 1}, {"f", 2}, {"m", 3}}),
      make_page(1, page_is_leaf, {{"a", 0}, {"c", 0}}),
      make_page(2, page_is_leaf, {{"f", 0}, {"h", 0}}),
      make_page(3, page_is_leaf, {{"m", 0}, {"p", 0}}),
  };
  tree told{0, 0, 2, 1, 3, 0, 6, 0};

  bool leads(std::string_view key) {
    std::string all;
    for (const auto& page : pages)
      all += page;
    return leads_to({all, page_bytes}, told, key);
  }

  bool leads_to_all() { return leads("a") && leads("g") && leads("p"); }
};

} // namespace

TEST_CASE_FIXTURE(small_tree, "a sound tree leads to every key, whether it is there or not") {
  for (std::string_view key : {"", "a", "b", "c", "e", "f", "g", "m", "p", "zz"})
    CHECK(leads(key));
}

TEST_CASE_FIXTURE(small_tree, "a page that lost a child leads nowhere") {
  SUBCASE("its last") {
    put(pages[0], 12, uint16_t{page_head + 4});
  }
  SUBCASE("one told twice") {
    put(pages[0], page_head + 2, number_at<uint16_t>(pages[0], page_head + 4));
  }
  SUBCASE("another page in its place") {
    pages[2] = pages[1];
  }
  SUBCASE("another number in its place") {
    pages[0] = make_page(0, page_is_branch, {{"", 1}, {"f", 1}, {"m", 3}});
    CHECK_FALSE(leads("f"));
    return;
  }
  SUBCASE("a page that is nowhere") {
    pages[0] = make_page(0, page_is_branch, {{"", 1}, {"f", 9}, {"m", 3}});
    CHECK_FALSE(leads("f"));
    return;
  }
  SUBCASE("a page deeper than it may be") {
    told.depth = 3;
  }
  SUBCASE("no root, though there are rows") {
    told = {0, 0, 0, 0, 0, 0, 6, no_page};
  }
  CHECK_FALSE(leads_to_all());
}

TEST_CASE_FIXTURE(small_tree, "a key that decides wrongly between two children is told") {
  SUBCASE("too small") {
    pages[0] = make_page(0, page_is_branch, {{"", 1}, {"b", 2}, {"m", 3}});
    CHECK_FALSE(leads("c"));
  }
  SUBCASE("too large") {
    pages[0] = make_page(0, page_is_branch, {{"", 1}, {"g", 2}, {"m", 3}});
    CHECK_FALSE(leads("f"));
  }
  SUBCASE("out of order") {
    pages[0] = make_page(0, page_is_branch, {{"", 1}, {"z", 2}, {"m", 3}});
    CHECK_FALSE(leads("h"));
  }
  SUBCASE("rows out of order") {
    pages[2] = make_page(2, page_is_leaf, {{"h", 0}, {"f", 0}});
    CHECK_FALSE(leads("f"));
  }
}

TEST_CASE_FIXTURE(small_tree, "an empty tree leads to nothing and says so") {
  told = {0, 0, 0, 0, 0, 0, 0, no_page};
  CHECK(leads("a"));
}

TEST_CASE("a page is in place when it bears its number and shows all its rows") {
  auto all = make_page(0, page_is_leaf, {{"a", 0}, {"b", 0}}) + make_page(0, page_is_leaf, {});
  page_map pages{all, page_bytes};
  CHECK(is_in_place(pages, all.data() + 100));
  CHECK_FALSE(is_in_place(pages, all.data() + page_bytes + 100));
  put(all, 12, uint16_t{page_head + 2});
  CHECK_FALSE(is_in_place(pages, all.data() + 100));
}

TEST_CASE("memory beside the map is no page of it") {
  std::string around(3 * page_bytes, '\x5a');
  page_map pages{std::string_view(around).substr(page_bytes, page_bytes), page_bytes};
  CHECK(is_in_place(pages, around.data()));
  CHECK(is_in_place(pages, around.data() + 2 * page_bytes));
  CHECK_FALSE(is_in_place(pages, around.data() + page_bytes));
}
