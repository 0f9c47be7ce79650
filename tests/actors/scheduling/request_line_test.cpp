#include "actors/scheduling/request_line.hpp"

#include <array>
#include <caf/all.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <vector>

using namespace kodad::actors;

namespace {

using time_point = request_line::time_point;

constexpr time_point start{std::chrono::hours(1)};

time_point at(int ms) {
  return start + std::chrono::milliseconds(ms);
}

caf::behavior idle(caf::event_based_actor*, int) {
  return {[](int) {}};
}

struct line_fixture {
  line_fixture() {
    for (auto& one : actors)
      one = caf::actor_cast<caf::strong_actor_ptr>(system.spawn(idle, 0));
  }

  ~line_fixture() {
    for (auto& one : actors)
      caf::anon_send_exit(one, caf::exit_reason::kill);
  }

  const caf::abstract_actor* address(size_t i) const { return actors[i]->get(); }

  caf::message_id next() { return caf::make_message_id(++number).response_id(); }

  std::vector<caf::message_id> due(int ms) {
    std::vector<request_line::entry> out;
    line.take_due(at(ms), out);
    std::vector<caf::message_id> ids;
    for (const auto& one : out)
      ids.push_back(one.answer);
    return ids;
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::array<caf::strong_actor_ptr, 2> actors;
  uint64_t number = 0;
  request_line line;
  std::vector<caf::strong_actor_ptr> dropped;
};

} // namespace

TEST_CASE_FIXTURE(line_fixture, "requests come due in their order, and once") {
  auto first = next();
  auto second = next();
  auto third = next();
  line.add(at(10), actors[0], first);
  line.add(at(20), actors[1], second);
  line.add(at(30), actors[0], third);
  CHECK(line.first_due() == at(10));
  CHECK(line.last_due() == at(30));
  CHECK(due(5).empty());
  CHECK(due(20) == std::vector{first, second});
  CHECK(due(30) == std::vector{third});
  CHECK(line.empty());
}

TEST_CASE_FIXTURE(line_fixture, "all of one actor are taken back, and no other's") {
  line.add(at(0), actors[0], next());
  CHECK(due(0).size() == 1); // Is no longer there.
  std::vector<caf::message_id> others;
  for (int i = 1; i <= 10; ++i) {
    line.add(at(i), actors[0], next());
    others.push_back(next());
    line.add(at(i), actors[1], others.back());
  }
  line.take_back(address(0), nullptr, dropped);
  CHECK(dropped.size() == 10);
  line.take_back(address(0), nullptr, dropped);
  CHECK(dropped.size() == 10);
  CHECK(due(100) == others);
}

TEST_CASE_FIXTURE(line_fixture, "one of an actor's requests is taken back by its answer's id") {
  auto first = next();
  auto second = next();
  auto third = next();
  for (auto id : {first, second, third})
    line.add(at(10), actors[0], id);
  line.take_back(address(0), &second, dropped);
  line.take_back(address(1), &first, dropped);
  CHECK(dropped.size() == 1);
  CHECK(due(10) == std::vector{first, third});
}

TEST_CASE_FIXTURE(line_fixture, "what is cleared is gone, and the line goes on") {
  line.add(at(10), actors[0], next());
  line.clear();
  CHECK(line.empty());
  line.take_back(address(0), nullptr, dropped);
  CHECK(dropped.empty());
  auto later = next();
  line.add(at(20), actors[0], later);
  CHECK(due(20) == std::vector{later});
}
