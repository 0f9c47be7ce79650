#include "http/gateway/frame_merger.hpp"
#include "http/gateway/frame_ring.hpp"
#include "http/gateway/request.hpp"
#include "http/gateway/send_queue.hpp"
#include "tests/http/gateway/frames.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;

TEST_CASE("pieces of one run merge under the id of the later one") {
  auto first = delta(9, "a");
  auto second = delta(10, "bc");
  auto third = delta(11, "d");
  REQUIRE(can_merge(*first, *second));

  actors::frame merged = *first;
  merge_into(merged, *second);
  CHECK(merged.text == delta(10, "abc")->text);
  merge_into(merged, *third);
  CHECK(merged.text == delta(11, "abcd")->text);
  CHECK(merged.id == 11);
}

TEST_CASE("what is no piece of one run stays apart") {
  CHECK_FALSE(can_merge(*delta(1, "a"), *delta(2, "b", 2)));
  CHECK_FALSE(can_merge(*delta(1, "a"), *terminal(2)));
  CHECK_FALSE(can_merge(*terminal(1), *terminal(2)));
  CHECK_FALSE(can_merge(*delta(1, "a"), *delta(2, "b", 1, "reasoning_delta")));
  CHECK_FALSE(can_merge(*delta(1, "a"), *delta(2, std::string(70'000, 'b'))));
}

TEST_CASE("a ring numbers its frames on and counts their bytes") {
  frame_ring ring;
  for (uint64_t i = 0; i < 100; ++i)
    ring.append(delta(i, "x"));
  auto all = ring.bytes_from(0);
  ring.trim(30);
  CHECK(ring.first() == 30);
  CHECK(ring.next() == 100);
  CHECK(ring.at(30)->id == 30);
  CHECK(ring.at(99)->id == 99);
  CHECK(ring.bytes_from(99) == delta(99, "x")->text.size());
  CHECK(ring.bytes_from(30) < all);
  CHECK(ring.bytes_from(100) == 0);
  ring.trim(100);
  ring.append(delta(100, "x"));
  CHECK(ring.at(100)->id == 100);
}

TEST_CASE("a queue merges what counts and leaves pages alone") {
  send_queue queue;
  queue.append(delta(1, "a"));
  for (uint64_t i = 2; i <= 50; ++i)
    queue.absorb(delta(i, "b"), send_queue::last_frame::may_grow);
  CHECK(queue.size() == 2);
  CHECK(queue.at(0)->text == delta(1, "a")->text);
  CHECK(queue.at(1)->text == delta(50, std::string(49, 'b'))->text);
  CHECK(queue.absorbed_bytes() == queue.at(1)->text.size());

  queue.pop();
  CHECK(queue.absorbed_bytes() == queue.at(0)->text.size());
  queue.absorb(delta(51, "c"), send_queue::last_frame::is_leaving);
  CHECK(queue.size() == 2);
  queue.pop();
  queue.pop();
  CHECK(queue.empty());
  CHECK(queue.absorbed_bytes() == 0);
}

TEST_CASE("a merged frame is never one that others hold") {
  send_queue queue;
  auto shared = delta(1, "a");
  queue.absorb(shared, send_queue::last_frame::may_grow);
  queue.absorb(delta(2, "b"), send_queue::last_frame::may_grow);
  CHECK(shared->text == delta(1, "a")->text);
}

TEST_CASE("query fields keep every '=' but the first and are decoded") {
  request in;
  in.query = "after=abc==&limit=5&q=a%20b+c&flag&after=second";
  CHECK(in.query_value("after") == "abc==");
  CHECK(in.query_value("limit") == "5");
  CHECK(in.query_value("q") == "a b c");
  CHECK(in.query_value("flag") == "");
  CHECK(in.query_value("none") == std::nullopt);
}

TEST_CASE("broken escapes decode to nothing") {
  CHECK(percent_decode("a%2Fb") == "a/b");
  CHECK(percent_decode("%") == std::nullopt);
  CHECK(percent_decode("%2") == std::nullopt);
  CHECK(percent_decode("%zz") == std::nullopt);
}
