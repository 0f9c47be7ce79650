#include "actors/memory/trim_rule.hpp"

#include "proto/limits/memory.hpp"

#include <doctest/doctest.h>

using kodad::actors::trim_rule;
namespace limits = kodad::proto::limits;

namespace {

constexpr trim_rule::instant start{};
constexpr size_t floor_bytes = 4 * 1024 * 1024;

} // namespace

TEST_CASE("an idle host is left alone") {
  trim_rule rule(start, floor_bytes);

  CHECK_FALSE(rule.is_due(start + std::chrono::hours(24), floor_bytes));
}

TEST_CASE("many sessions that have left are worth it at once, after the pause") {
  trim_rule rule(start, floor_bytes);
  rule.note_left(limits::trim_sessions - 1);
  CHECK_FALSE(rule.is_due(start + limits::trim_pause, floor_bytes));

  rule.note_left(1);

  CHECK_FALSE(rule.is_due(start + limits::trim_pause - std::chrono::milliseconds(1), floor_bytes));
  CHECK(rule.is_due(start + limits::trim_pause, floor_bytes));
}

TEST_CASE("a few sessions wait for their minute, and must leave something behind") {
  trim_rule rule(start, floor_bytes);
  rule.note_left(1);
  auto more = floor_bytes + limits::trim_least_bytes + 1;

  CHECK_FALSE(rule.is_due(start + limits::trim_patience - std::chrono::seconds(1), more));
  CHECK(rule.is_due(start + limits::trim_patience, more));
  CHECK_FALSE(rule.is_due(start + limits::trim_patience, more - 1));
}

TEST_CASE("growth is worth it whoever it comes from, ever more rarely on a large host") {
  trim_rule rule(start, floor_bytes);
  auto later = start + limits::trim_pause;
  CHECK_FALSE(rule.is_due(later, floor_bytes + limits::trim_growth_bytes));
  CHECK(rule.is_due(later, floor_bytes + limits::trim_growth_bytes + 1));

  size_t large = 1024 * limits::trim_growth_bytes;
  rule.note_trimmed(later, large);

  later += limits::trim_pause;
  CHECK_FALSE(rule.is_due(later, large + large / 2));
  CHECK(rule.is_due(later, large + large / 2 + 1));
}

TEST_CASE("once done, it begins anew") {
  trim_rule rule(start, floor_bytes);
  rule.note_left(10 * limits::trim_sessions);
  auto done = start + limits::trim_pause;
  REQUIRE(rule.is_due(done, floor_bytes));

  rule.note_trimmed(done, floor_bytes);

  CHECK_FALSE(rule.is_due(done + limits::trim_pause, floor_bytes));
}
