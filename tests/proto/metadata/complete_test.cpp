#include "proto/metadata/complete.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

using words = std::vector<std::string>;
const words all_variants{"low", "high", "max"};

model_facts rich() {
  model_facts out;
  out.name = "m";
  out.context_size = 200'000;
  out.max_input_tokens = 180'000;
  out.max_output_tokens = 64'000;
  out.reasoning = true;
  out.vision = true;
  out.pdf = true;
  out.has_reasoning_list = true;
  out.reasoning_efforts = {"low", "high"};
  out.reasoning_budget_min = 1024;
  out.cost = cost_tier{0, 3, 15, 20, 0.3, 3.75};
  out.cost_tiers = {{200'000, 6, 22.5, {}, 0.6, {}}};
  return out;
}

model named(const std::string& name) {
  model out;
  out.provider_id = "v";
  out.name = name;
  return out;
}

model completed(model from, const model_facts& by, bool has_price = true) {
  complete(from, {&by, has_price});
  return from;
}

} // namespace

TEST_CASE("a model of which nothing is said gets all that is known") {
  auto got = completed(named("m"), rich());

  CHECK(got.context_size == 200'000);
  CHECK(got.max_input_tokens == 180'000);
  CHECK(got.max_output_tokens == 64'000);
  CHECK(got.reasoning);
  CHECK(got.tool_call);
  CHECK(got.vision);
  CHECK(got.pdf);
  CHECK(got.reasoning_efforts == words{"low", "high"});
  CHECK(got.reasoning_budget_min == 1024);
  CHECK_FALSE(got.reasoning_budget_max);
  CHECK(got.cost_input == 3);
  CHECK(got.cost_output == 15);
  CHECK(got.cost_reasoning == 20);
  CHECK(got.cost_cache_read == 0.3);
  CHECK(got.cost_cache_write == 3.75);
  CHECK(got.cost_tiers.size() == 1);
  CHECK(got.variants == all_variants);
}

TEST_CASE("what the provider or the user said stays, field by field") {
  auto said = named("m");
  said.context_size = 32'000;
  said.max_output_tokens = 1'000;
  said.cost_input = 2;
  said.cost_cache_read = 0;
  said.reasoning_efforts = {"mild"};
  auto got = completed(said, rich());

  CHECK(got.context_size == 32'000);
  CHECK(got.max_input_tokens == 180'000);
  CHECK(got.max_output_tokens == 1'000);
  CHECK(got.cost_input == 2);
  CHECK(got.cost_output == 15);
  CHECK(got.cost_cache_read == 0);
  CHECK(got.cost_cache_write == 3.75);
  CHECK(got.reasoning_efforts == words{"mild"});
  CHECK(got.cost_tiers.empty()); // They go with another base price.
}

TEST_CASE("a stated no is an answer, silence is none") {
  auto said = named("m");
  said.stated = {true, true, true, true, false, false};
  said.tool_call = true;
  auto without_tools = rich();
  without_tools.tool_call = false;
  auto got = completed(said, without_tools);

  CHECK_FALSE(got.reasoning);
  CHECK_FALSE(got.vision);
  CHECK_FALSE(got.pdf);
  CHECK(got.tool_call);
  CHECK(got.reasoning_efforts.empty());
  CHECK_FALSE(got.reasoning_budget_min);
  CHECK(got.variants.empty());
  CHECK_FALSE(completed(named("m"), without_tools).tool_call);
  auto refusing = named("m");
  refusing.tool_call = false;
  CHECK_FALSE(completed(refusing, rich()).tool_call);
}

TEST_CASE("prices that the user states hold at every size, and a stated nothing is nothing") {
  auto said = named("m");
  said.cost_input = 2.4;
  said.cost_output = 12;
  said.stated.cost_input = said.stated.cost_output = true;
  auto discounted = completed(said, rich());
  CHECK(discounted.cost_tiers.empty());
  CHECK(discounted.cost_cache_read == 0.3);

  said.cost_input = said.cost_output = 0;
  auto free = completed(said, rich());
  CHECK(free.cost_input == 0);
  CHECK(free.cost_output == 0);
  CHECK_FALSE(free.cost_cache_read);
  CHECK(free.cost_tiers.empty());

  said.cost_input = 3;
  said.cost_output = 15;
  CHECK(completed(said, rich()).cost_tiers.size() == 1);
}

TEST_CASE("an entry that has another price gives everything but prices") {
  auto got = completed(named("m:free"), rich(), false);

  CHECK(got.context_size == 200'000);
  CHECK(got.cost_input == 0);
  CHECK_FALSE(got.cost_cache_read);
  CHECK(got.cost_tiers.empty());
}

TEST_CASE("a model that reasons has variants unless it has but one strength") {
  auto only = [](words efforts, bool is_listed = true) {
    model_facts out;
    out.name = "m";
    out.reasoning = true;
    out.has_reasoning_list = is_listed;
    out.reasoning_efforts = std::move(efforts);
    return completed(named("m"), out).variants;
  };
  CHECK(only({"low", "medium"}) == all_variants);
  CHECK(only({}, false) == all_variants);
  CHECK(only({}).empty());
  CHECK(only({"medium"}).empty());
  CHECK(only({"none", "high"}).empty());

  auto unknown = named("m");
  complete(unknown, model_match{});
  CHECK(unknown.variants.empty());
  unknown.reasoning = true;
  complete(unknown, model_match{});
  CHECK(unknown.variants == all_variants);
}

TEST_CASE("completing twice changes nothing more") {
  auto once = completed(named("m"), rich());
  auto twice = completed(once, rich());

  CHECK(twice.cost_tiers == once.cost_tiers);
  CHECK(twice.variants == once.variants);
}

TEST_CASE("a model is completed by its vendor's entry and by nobody else's") {
  model_metadata all({{"v", "V", "https://v.example/v1", {rich()}}, {"w", "W", "", {}}});
  auto one = named("m");
  complete(one, all, "");
  CHECK(one.context_size == 200'000);

  auto other = named("m");
  other.provider_id = "w";
  complete(other, all, "");
  CHECK(other.context_size == 0);
  complete(other, all, "https://v.example/v1");
  CHECK(other.context_size == 200'000);
}

TEST_CASE("a catalog entry can be made of facts alone") {
  auto got = make_model(rich(), "mine", "Mine");

  CHECK(got.id.text == "mine/m");
  CHECK(got.provider_id == "mine");
  CHECK(got.provider_name == "Mine");
  CHECK(got.name == "m");
  CHECK(got.cost_input == 3);
}
