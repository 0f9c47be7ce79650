#include "actors/stream/start_rule.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

TEST_CASE("a stream starts right after its cursor") {
  CHECK(where_to_start({5, 10, 3, false}).after == 5);
  CHECK(where_to_start({0, 10, 3, false}).after == 0);
}

TEST_CASE("a cursor ahead of the session is told so") {
  CHECK(where_to_start({11, 10, 3, false}).is_ahead);
  CHECK_FALSE(where_to_start({10, 10, 3, false}).is_ahead);
}

TEST_CASE("without a cursor an uncarried turn is seen from its start") {
  CHECK(where_to_start({{}, 10, 3, false}).after == 2);
}

TEST_CASE("without a cursor and nothing uncarried the stream is live") {
  CHECK(where_to_start({{}, 10, 3, true}).after == 10);
  CHECK(where_to_start({{}, 0, 0, true}).after == 0);
}

TEST_CASE("a page of the log shows nothing that is kept but not announced") {
  std::vector<shared_frame> page;
  for (uint64_t id = 1; id <= 4; ++id) {
    auto made = std::make_shared<frame>();
    made->id = id;
    page.push_back(std::move(made));
  }
  CHECK(announced(page, 4).size() == 4);
  CHECK(announced(page, 9).size() == 4);
  REQUIRE(announced(page, 2).size() == 2);
  CHECK(announced(page, 2).back()->id == 2);
  CHECK(announced(page, 0).empty());
}
