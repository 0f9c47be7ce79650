#include "actors/provider/call_queue.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using actors::call_queue;

namespace {

const proto::session_id first{"first"};
const proto::session_id second{"second"};

std::vector<actors::model_call_key> drain(call_queue& queue) {
  std::vector<actors::model_call_key> out;
  while (auto next = queue.pop())
    out.push_back(*next);
  return out;
}

} // namespace

TEST_CASE("calls of one session keep their order") {
  call_queue queue;
  for (actors::model_call_key key : {3, 1, 2})
    queue.push(first, key);

  CHECK(queue.size() == 3);
  CHECK(drain(queue) == std::vector<actors::model_call_key>{3, 1, 2});
  CHECK(queue.size() == 0);
}

TEST_CASE("sessions take turns") {
  call_queue queue;
  for (actors::model_call_key key : {1, 2, 3})
    queue.push(first, key);
  for (actors::model_call_key key : {11, 12})
    queue.push(second, key);

  CHECK(drain(queue) == std::vector<actors::model_call_key>{1, 11, 2, 12, 3});
}

TEST_CASE("a removed call is skipped, the last one of a session too") {
  call_queue queue;
  queue.push(first, 1);
  queue.push(second, 2);
  queue.push(second, 3);

  CHECK(queue.remove(1));
  CHECK(queue.remove(3));
  CHECK_FALSE(queue.remove(3));
  CHECK_FALSE(queue.remove(99));
  CHECK(drain(queue) == std::vector<actors::model_call_key>{2});
}
