// PAGE: which part of a list is asked for, for lists whose order is that of a name.
#pragma once

#include "proto/record.hpp"

#include <cstddef>
#include <string>

namespace kodad::proto {

/// At most `limit` entries after the one named by `cursor`; 0 and "" mean all from the first on.
/// A page ends at `limits::page_bytes`, too.
struct page_wish {
  size_t limit = 0;
  std::string cursor;

  static constexpr auto fields() {
    return std::tuple(field("$limit", &page_wish::limit), field("$cursor", &page_wish::cursor));
  }
};

} // namespace kodad::proto
