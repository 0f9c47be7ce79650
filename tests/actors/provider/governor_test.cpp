#include "actors/provider/governor.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace kodad::actors;
using kodad::proto::provider::rate_budget;
using kodad::proto::provider::rate_limits;

namespace {

/// A governor with a clock, and calls answered as a test likes.
struct governed {
  explicit governed(size_t streams_max = 256, size_t first_burst = 8)
      : rules(streams_max, first_burst) {}

  bool may() { return rules.judge(now, 100).may_start(); }

  /// Starts calls as long as it may; how many they were.
  size_t burst(size_t most) {
    size_t count = 0;
    for (; count < most && may(); ++count)
      calls.push_back(rules.start(now, 100));
    return count;
  }

  void accept(rate_limits told = {}) {
    rules.heard(calls.front(), now, true, told);
    open.push_back(calls.front());
    calls.pop_front();
  }

  void refuse(std::optional<int64_t> retry_after = {}, rate_limits told = {}) {
    auto call = calls.front();
    calls.pop_front();
    rules.heard(call, now, false, told);
    rules.ended(call, now);
    rules.refused(call, now, governor::trouble::limited, retry_after);
  }

  void end_all() {
    for (auto& call : open)
      rules.ended(call, now);
    open.clear();
  }

  governor rules;
  int64_t now = 1000;
  std::deque<call_pass> calls; // Without an answer.
  std::deque<call_pass> open;
};

} // namespace

TEST_CASE("an unknown provider gets few calls at first, and twice as many with every answer") {
  governed one;

  CHECK(one.burst(1000) == 8);
  for (int i = 0; i < 8; ++i)
    one.accept();
  CHECK(one.burst(1000) == 16);
}

TEST_CASE("a provider that is slow to answer is opened by time") {
  governed one;
  CHECK(one.burst(1000) == 8);
  CHECK(one.rules.judge(one.now, 100).by == hold::proving);
  CHECK(one.rules.judge(one.now, 100).wait_ms == 250);
  one.now += 250;
  CHECK(one.burst(1000) == 8);
  one.now += 5000;
  CHECK(one.burst(1000) == 256 - 16);
  CHECK(one.rules.judge(one.now, 100).by == hold::streams);
}

TEST_CASE("after a refusal nobody calls until the provider's time is over") {
  governed one;
  one.burst(2);
  one.refuse(3000);

  CHECK(one.rules.judge(one.now, 100).by == hold::pause);
  CHECK(one.rules.judge(one.now + 2999, 100).wait_ms == 1);
  one.now += 3000;
  CHECK(one.rules.pause_ms(one.now) == 0);
}

TEST_CASE("refusals without a time are answered by longer and longer pauses") {
  governed one;
  int64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    one.burst(1);
    REQUIRE(one.calls.size() == 1);
    one.refuse();
    auto pause = one.rules.pause_ms(one.now);
    CHECK(pause > last);
    last = pause;
    one.now += pause + 120'000; // Past any pace.
  }
  CHECK(last == 8000);
}

TEST_CASE("a provider that takes nothing is tried by one call after each pause") {
  governed one;
  CHECK(one.burst(100) == 8);
  while (!one.calls.empty())
    one.refuse();
  CHECK_FALSE(one.rules.is_refusing());
  one.now += one.rules.pause_ms(one.now);
  CHECK(one.burst(100) == 4);
  one.now += 1;
  while (!one.calls.empty())
    one.refuse();
  CHECK(one.rules.is_refusing());
  one.now += one.rules.pause_ms(one.now);
  CHECK(one.burst(100) == 1);
  one.accept();
  CHECK_FALSE(one.rules.is_refusing());
}

TEST_CASE("the limits that a provider tells are counted down and waited for") {
  governed one(256, 256);
  one.burst(1);
  one.accept({rate_budget{10, 3, 6000}, {}});

  CHECK(one.burst(100) == 3);
  auto ruling = one.rules.judge(one.now, 100);
  CHECK(ruling.by == hold::budget);
  // It fills up by seven in six seconds.
  CHECK(ruling.wait_ms >= 858);
  CHECK(ruling.wait_ms <= 1000);
  one.now += 6000;
  CHECK(one.burst(100) == 7);
}

TEST_CASE("a prompt waits until there are tokens for it") {
  governed one(256, 256);
  one.burst(1);
  one.accept({{}, rate_budget{10'000, 1000, 60'000}});

  CHECK(one.rules.judge(one.now, 900).may_start());
  auto ruling = one.rules.judge(one.now, 4000);
  CHECK(ruling.by == hold::budget);
  CHECK(ruling.wait_ms == 20'000);
  // More than the limit can only wait for all of it.
  CHECK(one.rules.judge(one.now + 60'000, 1'000'000).may_start());
}

TEST_CASE("against five calls a second a hundred sessions see few refusals") {
  governed one;
  std::deque<int64_t> taken; // Of the last second, by the provider.
  size_t waiting = 100;
  size_t sent = 0;
  auto serve = [&] {
    while (!one.calls.empty()) {
      while (!taken.empty() && taken.front() <= one.now - 1000)
        taken.pop_front();
      if (taken.size() < 5) {
        taken.push_back(one.now);
        one.accept();
      } else {
        ++waiting; // Its session comes again.
        one.refuse();
      }
    }
    one.end_all();
  };
  for (int64_t end = one.now + 120'000; waiting > 0 && one.now < end; one.now += 5) {
    auto started = one.burst(waiting);
    waiting -= started;
    sent += started;
    serve();
  }

  CHECK(waiting == 0);
  CHECK(sent <= 110);
  CHECK(one.now < 40'000);
}
