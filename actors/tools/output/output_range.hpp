// OUTPUT RANGE: which bytes of a kept output an HTTP Range means. Pure.
#pragma once

#include "actors/messages.hpp"
#include "proto/result.hpp"

namespace kodad::actors {

struct byte_span {
  uint64_t first = 0;
  uint64_t count = 0;
};

/// Fails with `range_not_satisfiable`, whose `limit` is the size, when there is no such byte.
proto::result<byte_span> resolve(const std::optional<byte_range>& wanted, uint64_t size);

} // namespace kodad::actors
