// PAGE of a catalog that is held in memory: the entries after a cursor, as many as fit.
#pragma once

#include "proto/field_bounds.hpp"
#include "proto/limits/storage.hpp"
#include "proto/page.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace kodad::actors {

template <class T>
struct catalog_page {
  std::vector<T> entries;
  std::string next_cursor; ///< The last one's id; empty at the end.
};

/// The cursor is an id; where it names nothing (any more), the page begins with the first greater.
template <class T>
catalog_page<T> page_of(const std::vector<T>& all, const proto::page_wish& wish) {
  catalog_page<T> out;
  size_t bytes = 0;
  auto at = all.begin();
  if (!wish.cursor.empty()) {
    auto is_cursor = [&wish](const T& x) { return x.id.text == wish.cursor; };
    at = std::find_if(all.begin(), all.end(), is_cursor);
    at = at == all.end() ? std::find_if(all.begin(), all.end(),
                                        [&wish](const T& x) { return x.id.text > wish.cursor; })
                         : at + 1;
  }
  for (; at != all.end(); ++at) {
    bytes += proto::json_bytes(*at);
    bool is_full = wish.limit > 0 && out.entries.size() >= wish.limit;
    if (is_full || (!out.entries.empty() && bytes > proto::limits::page_bytes)) {
      out.next_cursor = out.entries.back().id.text;
      break;
    }
    out.entries.push_back(*at);
  }
  return out;
}

} // namespace kodad::actors
