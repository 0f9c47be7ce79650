#include "actors/tools/output/output_range.hpp"

#include <algorithm>

namespace kodad::actors {

proto::result<byte_span> resolve(const std::optional<byte_range>& wanted, uint64_t size) {
  if (!wanted)
    return byte_span{0, size};
  byte_span out{0, 0};
  if (wanted->first) {
    out.first = *wanted->first;
    auto last = std::min(wanted->last.value_or(UINT64_MAX), size - std::min<uint64_t>(size, 1));
    out.count = out.first < size && last >= out.first ? last - out.first + 1 : 0;
  } else {
    out.count = std::min(wanted->last.value_or(0), size);
    out.first = size - out.count;
  }
  if (out.count > 0)
    return out;
  auto why = proto::make_error(proto::ec::range_not_satisfiable,
                               "the range begins behind the output's end");
  why.limit = static_cast<int64_t>(size);
  return why;
}

} // namespace kodad::actors
