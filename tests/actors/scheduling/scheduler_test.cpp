#include "actors/scheduling/scheduler.hpp"

#include <atomic>
#include <caf/all.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto patience = 60s; // Of a loaded machine under sanitizers.

struct house_config : caf::actor_system_config {
  explicit house_config(size_t threads) {
    load<kodad::actors::scheduler>();
    set("scheduler.max-threads", threads);
  }
};

struct house {
  explicit house(size_t threads) : config(threads) {}

  house_config config;
  caf::actor_system system{config};
};

bool comes_true(const std::function<bool()>& condition) {
  auto until = steady_clock::now() + patience;
  while (!condition() && steady_clock::now() < until)
    std::this_thread::yield();
  return condition();
}

using counter = std::shared_ptr<std::atomic<int>>;

/// Hands a number on, one less each time, and counts those that are used up.
caf::behavior link_of_chain(caf::event_based_actor* self, const caf::actor& next, counter ended) {
  return {[self, next, ended = std::move(ended)](int left) {
    if (left == 0 || !next)
      ++*ended;
    else
      self->send(next, left - 1);
  }};
}

using errand = std::function<void(caf::event_based_actor*)>;

/// Does what it is sent.
caf::behavior hand(caf::event_based_actor* self, const counter&) {
  return {[self](const errand& what) { what(self); }};
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(errand)

TEST_CASE("every message arrives, with one thread and with many") {
  for (size_t threads : {1, 2, 5}) {
    CAPTURE(threads);
    constexpr int ways = 600;
    auto ended = std::make_shared<std::atomic<int>>(0);
    house running(threads);
    std::vector<caf::actor> all;
    for (int i = 0; i < 40; ++i)
      all.push_back(
          running.system.spawn(link_of_chain, all.empty() ? caf::actor() : all.back(), ended));
    // What comes from outside and what goes from actor to actor runs side by side.
    std::vector<std::thread> outside;
    for (int t = 0; t < 3; ++t)
      outside.emplace_back([&all] {
        for (int i = 0; i < ways / 3; ++i)
          caf::anon_send(all.back(), i % 60);
      });
    for (auto& one : outside)
      one.join();
    CHECK(comes_true([&] { return ended->load() == ways; }));
  }
}

TEST_CASE("who waits for a busy thread is taken over by a free one") {
  house running(2);
  auto done = std::make_shared<std::atomic<int>>(0);
  auto busy = running.system.spawn(hand, done);
  auto waiting = running.system.spawn(hand, done);
  for (int round = 1; round <= 50; ++round) {
    CAPTURE(round);
    auto is_done = [done, round] { return done->load() == round; };
    caf::anon_send(busy, errand([waiting, done, is_done](caf::event_based_actor* self) {
                     // It stays with this thread, which then has no time for it.
                     self->send(waiting, errand([done](auto*) { ++*done; }));
                     comes_true(is_done);
                   }));
    REQUIRE(comes_true(is_done));
  }
}

TEST_CASE("an endless talk between two does not keep others waiting") {
  house running(1);
  auto done = std::make_shared<std::atomic<int>>(0);
  auto one = running.system.spawn(hand, done);
  auto other = running.system.spawn(hand, done);
  auto stops = std::make_shared<std::atomic<bool>>(false);
  struct talk {
    static void go_on(caf::event_based_actor* self, caf::actor to,
                      std::shared_ptr<std::atomic<bool>> until) {
      if (*until)
        return;
      self->send(
          to, errand([back = caf::actor(self), until](auto* next) { go_on(next, back, until); }));
    }
  };
  caf::anon_send(one, errand([other, stops](auto* self) { talk::go_on(self, other, stops); }));
  auto third = running.system.spawn(hand, done);
  caf::anon_send(third, errand([done](auto*) { ++*done; }));
  CHECK(comes_true([&] { return done->load() == 1; }));
  *stops = true;
}
