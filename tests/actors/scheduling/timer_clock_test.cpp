#include "actors/scheduling/scheduler.hpp"

#include <caf/all.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s; // Of a loaded machine under sanitizers.

struct house_config : caf::actor_system_config {
  house_config() {
    load<kodad::actors::scheduler>();
    set("scheduler.max-threads", size_t{2});
  }
};

struct house {
  house() { system.await_actors_before_shutdown(false); } // What is delayed holds its receiver.

  house_config config;
  caf::actor_system system{config};
};

using times = std::shared_ptr<std::promise<std::vector<int>>>;

/// Collects three numbers.
caf::behavior collector(caf::event_based_actor*, const times& all) {
  return {[all, got = std::vector<int>()](int number) mutable {
    got.push_back(number);
    if (got.size() == 3)
      all->set_value(got);
  }};
}

/// Never answers. (An actor without arguments trips over CAF 0.17.6.)
caf::behavior silent(caf::event_based_actor* self, int) {
  return {[self](int) { return self->make_response_promise<int>(); }};
}

using outcome = std::shared_ptr<std::promise<caf::error>>;

caf::behavior asker(caf::event_based_actor* self, const caf::actor& whom, const outcome& end) {
  return {[self, whom, end](std::chrono::milliseconds within) {
    self->request(whom, within, 1)
        .then([](int) {}, [end](const caf::error& why) { end->set_value(why); });
  }};
}

} // namespace

TEST_CASE("delayed messages come in the order of their times, not of their making") {
  house running;
  auto all = std::make_shared<std::promise<std::vector<int>>>();
  auto to = running.system.spawn(collector, all);
  caf::delayed_anon_send(to, 3600s, 4); // The thread sleeps for this one when the others are made.
  caf::delayed_anon_send(to, 30ms, 3);
  caf::delayed_anon_send(to, 10ms, 1);
  caf::delayed_anon_send(to, 20ms, 2);
  auto got = all->get_future();
  REQUIRE(got.wait_for(patience) == std::future_status::ready);
  CHECK(got.get() == std::vector{1, 2, 3});
}

TEST_CASE("a request that nobody answers ends at its time") {
  house running;
  auto whom = running.system.spawn(silent, 0);
  auto late = std::make_shared<std::promise<caf::error>>();
  auto soon = std::make_shared<std::promise<caf::error>>();
  auto again = std::make_shared<std::promise<caf::error>>();
  auto patient = running.system.spawn(asker, whom, late);
  auto impatient = running.system.spawn(asker, whom, soon);
  auto other = running.system.spawn(asker, whom, again);
  caf::anon_send(patient, std::chrono::milliseconds(1h));
  caf::anon_send(impatient, 20ms);
  auto first = soon->get_future();
  REQUIRE(first.wait_for(patience) == std::future_status::ready);
  CHECK(first.get() == caf::sec::request_timeout);
  // Now that the clock has slept and woken.
  caf::anon_send(other, 20ms);
  auto second = again->get_future();
  REQUIRE(second.wait_for(patience) == std::future_status::ready);
  CHECK(second.get() == caf::sec::request_timeout);
  CHECK(late->get_future().wait_for(0ms) == std::future_status::timeout);
}

TEST_CASE("an actor that ends is not held by what it asked") {
  house running;
  auto whom = running.system.spawn(silent, 0);
  auto asks = running.system.spawn(asker, whom, std::make_shared<std::promise<caf::error>>());
  auto seen = caf::actor_cast<caf::weak_actor_ptr>(asks);
  caf::anon_send(asks, std::chrono::milliseconds(3'600'000));
  caf::anon_send_exit(asks, caf::exit_reason::user_shutdown);
  asks = nullptr;
  auto until = std::chrono::steady_clock::now() + patience;
  while (seen.lock() && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  CHECK_FALSE(seen.lock());
}

TEST_CASE("of many requests those that are left time out, whatever ended before") {
  house running;
  auto whom = running.system.spawn(silent, 0);
  std::vector<outcome> ends;
  for (int i = 0; i < 20; ++i) {
    ends.push_back(std::make_shared<std::promise<caf::error>>());
    auto asks = running.system.spawn(asker, whom, ends.back());
    caf::anon_send(asks, std::chrono::milliseconds(i % 2 == 0 ? 100 : 3'600'000));
    if (i % 2 == 1)
      caf::anon_send_exit(asks, caf::exit_reason::kill);
  }
  for (size_t i = 0; i < ends.size(); i += 2) {
    auto end = ends[i]->get_future();
    REQUIRE(end.wait_for(patience) == std::future_status::ready);
    CHECK(end.get() == caf::sec::request_timeout);
  }
}
