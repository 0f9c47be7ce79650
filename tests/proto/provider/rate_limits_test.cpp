#include "proto/provider/rate_limits.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::provider;

namespace {

rate_budget budget(int64_t limit, int64_t remaining, int64_t reset_ms) {
  return {limit, remaining, reset_ms};
}

} // namespace

TEST_CASE("the limits of every provider's headers are read") {
  auto openai = read_rate_limits({{"x-ratelimit-limit-requests", "60"},
                                  {"x-ratelimit-remaining-requests", "59"},
                                  {"x-ratelimit-reset-requests", "1s"},
                                  {"x-ratelimit-limit-tokens", "150000"},
                                  {"x-ratelimit-remaining-tokens", "149984"},
                                  {"x-ratelimit-reset-tokens", "6m0s"}});
  CHECK(openai.requests == budget(60, 59, 1000));
  CHECK(openai.tokens == budget(150'000, 149'984, 360'000));

  auto anthropic = read_rate_limits({{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                     {"anthropic-ratelimit-requests-limit", "50"},
                                     {"anthropic-ratelimit-requests-remaining", "0"},
                                     {"anthropic-ratelimit-requests-reset", "1994-11-06T08:50:07Z"},
                                     {"anthropic-ratelimit-input-tokens-limit", "1000"},
                                     {"anthropic-ratelimit-input-tokens-remaining", "10"}});
  CHECK(anthropic.requests == budget(50, 0, 30'000));
  CHECK(anthropic.tokens == rate_budget{1000, 10, {}});

  auto openrouter = read_rate_limits({{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                      {"x-ratelimit-limit", "20"},
                                      {"x-ratelimit-remaining", "3"},
                                      {"x-ratelimit-reset", "784111782000"}});
  CHECK(openrouter.requests == budget(20, 3, 5000));

  auto draft = read_rate_limits(
      {{"ratelimit-limit", "100;w=60"}, {"ratelimit-remaining", "7"}, {"ratelimit-reset", "12"}});
  CHECK(draft.requests == budget(100, 7, 12'000));
}

TEST_CASE("headers that tell nothing are no limits") {
  CHECK(read_rate_limits({}) == rate_limits{});
  CHECK(read_rate_limits({{"x-ratelimit-limit-requests", "many"},
                          {"x-ratelimit-remaining-requests", "-1"},
                          {"x-ratelimit-reset-requests", "soon"}}) == rate_limits{});
  // A moment without the answer's own time says nothing.
  auto dateless =
      read_rate_limits({{"x-ratelimit-limit", "20"}, {"x-ratelimit-reset", "784111782"}});
  CHECK(dateless.requests == rate_budget{20, {}, {}});
}

TEST_CASE("durations are read in all their forms") {
  CHECK(read_duration_ms("1s") == 1000);
  CHECK(read_duration_ms("6m0s") == 360'000);
  CHECK(read_duration_ms("2m59.56s") == 179'560);
  CHECK(read_duration_ms("20ms") == 20);
  CHECK(read_duration_ms("1h2m") == 3'720'000);
  CHECK(read_duration_ms("99999d") == 86'400'000);
  CHECK_FALSE(read_duration_ms(""));
  CHECK_FALSE(read_duration_ms("5"));
  CHECK_FALSE(read_duration_ms("s"));
  CHECK_FALSE(read_duration_ms("1 s"));
}
