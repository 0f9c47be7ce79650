#include "proto/usage.hpp"

#include "proto/json/codec.hpp"
#include "proto/model.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

usage spend(int64_t input, int64_t output, int64_t reasoning = 0, int64_t read = 0,
            int64_t written = 0) {
  return {input, output, reasoning, read, written};
}

model priced(double input, double output) {
  model out;
  out.cost_input = input;
  out.cost_output = output;
  return out;
}

} // namespace

TEST_CASE("each kind of token is charged at its own price, and what has none at its nearest") {
  auto plain = priced(3, 15);
  auto full = plain;
  full.cost_cache_read = 0.3;
  full.cost_cache_write = 3.75;
  full.cost_reasoning = 20;
  auto free_cache = plain;
  free_cache.cost_cache_read = 0;
  struct row {
    const char* what;
    usage spent;
    double plain;
    double full;
    double free_cache;
  };
  const row rows[] = {
      {"nothing", spend(0, 0), 0, 0, 0},
      {"input", spend(1'000'000, 0), 3, 3, 3},
      {"output", spend(0, 1'000'000), 15, 15, 15},
      {"reasoning is part of the output", spend(0, 1'000'000, 400'000), 15, 9 + 8, 15},
      {"all of the output is reasoning", spend(0, 1'000'000, 1'000'000), 15, 20, 15},
      {"reasoning beside the output", spend(0, 100'000, 1'000'000), 15, 20, 15},
      {"read from the cache", spend(0, 0, 0, 1'000'000), 3, 0.3, 0},
      {"written to the cache", spend(0, 0, 0, 0, 1'000'000), 3, 3.75, 3},
      {"everything", spend(100'000, 10'000, 5'000, 200'000, 50'000), 0.3 + 0.15 + 0.6 + 0.15,
       0.3 + 0.075 + 0.1 + 0.06 + 0.1875, 0.3 + 0.15 + 0.15},
  };
  for (const auto& [what, spent, at_plain, at_full, at_free_cache] : rows) {
    CAPTURE(what);
    CHECK(cost_usd(spent, plain) == doctest::Approx(at_plain));
    CHECK(cost_usd(spent, full) == doctest::Approx(at_full));
    CHECK(cost_usd(spent, free_cache) == doctest::Approx(at_free_cache));
  }
}

TEST_CASE("a prompt above a tier's size is charged at the tier's prices, all of it") {
  auto by = priced(1.25, 10);
  by.cost_cache_read = 0.125;
  by.cost_reasoning = 12;
  by.cost_tiers = {{200'000, 2.5, 15, {}, 0.25, {}}, {400'000, 5, 30, 40, {}, 1}};
  struct row {
    const char* what;
    usage spent;
    double cost;
  };
  const row rows[] = {
      {"at the size itself", spend(200'000, 0), 0.25},
      {"one above", spend(200'001, 0), 200'001 * 2.5e-6},
      {"what the cache held counts", spend(1, 0, 0, 200'000), 2.5e-6 + 0.05},
      {"what the cache took counts", spend(1, 0, 0, 0, 200'000), 200'001 * 2.5e-6},
      {"output follows the prompt", spend(300'000, 1'000), 0.75 + 0.015},
      {"output alone selects nothing", spend(1, 1'000'000), 1.25e-6 + 10},
      {"reasoning without a price in the tier", spend(300'000, 1'000, 1'000), 0.75 + 0.015},
      {"at the next size", spend(400'000, 0), 1},
      {"the next tier", spend(400'001, 0), 400'001 * 5e-6},
      {"its own reasoning price", spend(500'000, 1'000, 1'000), 2.5 + 0.04},
      {"a cache price from below the tiers", spend(0, 0, 0, 500'000), 500'000 * 0.125e-6},
      {"its own price of writing", spend(0, 0, 0, 0, 500'000), 0.5},
  };
  for (const auto& [what, spent, cost] : rows) {
    CAPTURE(what);
    CHECK(cost_usd(spent, by) == doctest::Approx(cost));
  }
  std::swap(by.cost_tiers[0], by.cost_tiers[1]);
  CHECK(cost_usd(spend(300'000, 0), by) == doctest::Approx(0.75));
}

TEST_CASE("what is not known of a model is not in its JSON") {
  model bare;
  bare.id.text = "a/b";
  auto text = json::write(bare);
  for (auto key : {"cost_reasoning", "cost_tiers", "pdf", "reasoning_efforts", "variants",
                   "reasoning_budget_min", "stated"})
    CHECK(text.find(key) == std::string::npos);

  auto full = bare;
  full.cost_tiers = {{200'000, 2.5, 15, {}, 0.25, {}}};
  full.pdf = true;
  full.variants = {"low"};
  text = json::write(full);
  CHECK(text.find(R"("cost_tiers":[{"above_tokens":200000,"cost_input":2.5,"cost_output":15.0,)"
                  R"("cost_cache_read":0.25}],"pdf":true,"variants":["low"])") !=
        std::string::npos);
  auto back = json::read<model>(text);
  REQUIRE(back);
  CHECK(back->cost_tiers == full.cost_tiers);
}
