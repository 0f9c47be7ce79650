#include "proto/ids.hpp"
#include "proto/result.hpp"
#include "proto/timestamp.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

TEST_CASE("every error code has a word") {
  CHECK(to_word(ec::session_busy) == "session_busy");
  CHECK(to_word(ec::tool_timeout) == "tool_timeout");
}

TEST_CASE("an id sorts by its time and carries all its random bits") {
  random_bits low{};
  random_bits high;
  high.fill(0xff);

  auto early = make_id_text("ses", 1'000, high);
  auto late = make_id_text("ses", 2'000, low);

  CHECK(early < late);
  CHECK(is_id_text("ses", early));
  CHECK_FALSE(is_id_text("msg", early));
  CHECK_FALSE(is_id_text("ses", "ses_../../etc/passwd"));
  CHECK(early.substr(14) == "zzzzzzzzzzzzzzzzzzzzzzzzzw");
}

TEST_CASE("a timestamp reads back as it was written") {
  timestamp at{1'764'000'000'123};

  CHECK(to_text(at) == "2025-11-24T16:00:00.123Z");
  CHECK(parse_timestamp(to_text(at)) == at);
  CHECK_FALSE(parse_timestamp("yesterday").has_value());
}
