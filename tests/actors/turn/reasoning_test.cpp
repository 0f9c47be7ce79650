#include "actors/turn/reasoning.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

struct chosen {
  std::optional<int64_t> agent;
  std::optional<int64_t> model;
  std::string variant;
  int64_t context_used = 0;

  reasoning_choice operator()() const {
    proto::agent who;
    who.reasoning_budget = agent;
    proto::model by;
    by.reasoning = true;
    by.reasoning_budget = model;
    by.context_size = 100'000;
    return choose_reasoning(who, by, variant, context_used);
  }
};

} // namespace

TEST_CASE("the variant counts before the agent, and the agent before the model") {
  CHECK(chosen{{}, {}, ""}().budget == std::nullopt);
  CHECK(chosen{{}, 5000, ""}().budget == 5000);
  CHECK(chosen{7000, 5000, ""}().budget == 7000);
  CHECK(chosen{7000, 5000, "max"}().budget == 32'000);
  CHECK(chosen{7000, 5000, "max"}().effort == "max");
  CHECK(chosen{{}, {}, "low"}().effort == "low");
  CHECK(chosen{7000, {}, ""}().effort == "medium");
}

TEST_CASE("a budget of nothing turns reasoning off, unless the turn asks for it") {
  CHECK(chosen{0, 5000, ""}().budget == 0);
  CHECK(chosen{0, {}, ""}().effort.empty());
  CHECK(chosen{0, {}, "high"}().budget == 10'000);
}

TEST_CASE("budgets shrink while the context fills, but not below their floor") {
  CHECK(chosen{{}, {}, "max", 69'000}().budget == 32'000);
  CHECK(chosen{{}, {}, "max", 85'000}().budget == 20'000);
  CHECK(chosen{{}, {}, "max", 100'000}().budget == 8000);
  CHECK(chosen{{}, {}, "max", 100'000}().effort == "medium");
  CHECK(chosen{{}, {}, "high", 100'000}().budget == 3000);
  CHECK(chosen{2000, {}, "", 100'000}().budget == 2000);
}

TEST_CASE("nothing is asked of a model that does not reason") {
  proto::agent who;
  who.reasoning_budget = 5000;
  CHECK_FALSE(choose_reasoning(who, {}, "max", 0).budget);
  CHECK(choose_reasoning(who, {}, "max", 0).effort.empty());
}

TEST_CASE("variants are low, high and max") {
  CHECK(is_variant("low"));
  CHECK(is_variant("max"));
  CHECK_FALSE(is_variant("medium"));
  CHECK_FALSE(is_variant(""));
}
