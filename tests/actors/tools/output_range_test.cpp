#include "actors/tools/output/output_range.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

namespace {

struct row {
  std::optional<byte_range> wanted;
  uint64_t size;
  int64_t first; ///< -1: there is no such byte.
  uint64_t count;
};

} // namespace

TEST_CASE("a range means the bytes that are there") {
  const row rows[] = {
      {std::nullopt, 10, 0, 10},
      {std::nullopt, 0, 0, 0},
      {byte_range{0, 0}, 10, 0, 1},
      {byte_range{3, 5}, 10, 3, 3},
      {byte_range{3, {}}, 10, 3, 7},
      {byte_range{9, 99}, 10, 9, 1},
      {byte_range{10, {}}, 10, -1, 0},
      {byte_range{0, {}}, 0, -1, 0},
      {byte_range{{}, 3}, 10, 7, 3},
      {byte_range{{}, 99}, 10, 0, 10},
      {byte_range{{}, 0}, 10, -1, 0},
      {byte_range{{}, 5}, 0, -1, 0},
      {byte_range{0, UINT64_MAX}, 10, 0, 10},
  };
  for (const auto& one : rows) {
    auto got = resolve(one.wanted, one.size);
    CHECK(got.ok() == (one.first >= 0));
    if (!got) {
      CHECK(got.failure().code == kodad::proto::ec::range_not_satisfiable);
      CHECK(got.failure().limit == static_cast<int64_t>(one.size));
      continue;
    }
    CHECK(got->first == static_cast<uint64_t>(one.first));
    CHECK(got->count == one.count);
  }
}
