#include "proto/metadata/models_dev.hpp"

#include "proto/limits.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

constexpr const char* full = R"({"anthropic":{"id":"anthropic","name":"Anthropic","env":["K"],
"npm":"@ai-sdk/anthropic","doc":"https://x","api":"https://api.anthropic.com/v1","models":{
"claude":{"id":"claude","name":"Claude","attachment":true,"reasoning":true,"family":"x",
 "reasoning_options":[{"type":"toggle"},{"type":"effort","values":["none",null,"low","high"]},
  {"type":"budget_tokens","min":1024,"max":32000},{"type":"later"}],
 "tool_call":false,"modalities":{"input":["text","image","pdf"],"output":["text"]},
 "limit":{"context":200000,"input":180000,"output":64000},"status":"deprecated",
 "cost":{"input":3,"output":15.5,"reasoning":16,"cache_read":0.3,"cache_write":3.75,"input_audio":1,
  "tiers":[{"tier":{"type":"context","size":512000},"input":9,"output":30},
           {"tier":{"size":200000},"input":6,"output":22.5,"cache_read":0.6},
           {"tier":{"type":"moon","size":1},"input":1,"output":1}],
  "context_over_200k":{"input":7,"output":8}}}}}})";

const model_facts* only_model(const result<model_metadata>& from) {
  if (!from || from->vendors().size() != 1 || from->vendors()[0].models.size() != 1)
    return nullptr;
  return &from->vendors()[0].models[0];
}

/// Reads one model whose text this is.
result<model_metadata> read_model(const std::string& text) {
  return read_models_dev(R"({"v":{"models":{"m":)" + text + "}}}");
}

model_facts facts_of(const std::string& text) {
  auto read = read_model(text);
  const auto* found = only_model(read);
  REQUIRE(found);
  return *found;
}

} // namespace

TEST_CASE("all that models.dev says of a model is read") {
  auto read = read_models_dev(full);
  const auto* got = only_model(read);
  REQUIRE(got);

  CHECK(read->vendors()[0].name == "Anthropic");
  CHECK(read->vendors()[0].api == "https://api.anthropic.com/v1");
  CHECK(got->name == "claude");
  CHECK(got->context_size == 200'000);
  CHECK(got->max_input_tokens == 180'000);
  CHECK(got->max_output_tokens == 64'000);
  CHECK(got->reasoning);
  CHECK_FALSE(got->tool_call);
  CHECK(got->vision);
  CHECK(got->pdf);
  CHECK(got->deprecated);
  CHECK(got->has_reasoning_list);
  CHECK(got->reasoning_efforts == std::vector<std::string>{"none", "low", "high"});
  CHECK(got->reasoning_budget_min == 1024);
  CHECK(got->reasoning_budget_max == 32'000);
  CHECK(got->cost == cost_tier{0, 3, 15.5, 16, 0.3, 3.75});
  CHECK(got->cost_tiers ==
        std::vector<cost_tier>{{200'000, 6, 22.5, {}, 0.6, {}}, {512'000, 9, 30, {}, {}, {}}});
}

TEST_CASE("the older form of a tier counts where there is no newer one") {
  auto got =
      facts_of(R"({"cost":{"input":1,"output":2,"context_over_200k":{"input":3,"output":4}}})");

  CHECK(got.cost_tiers == std::vector<cost_tier>{{200'000, 3, 4, {}, {}, {}}});
}

TEST_CASE("little is needed, and what is absent is unknown") {
  auto got = facts_of("{}");

  CHECK(got.tool_call);
  CHECK_FALSE(got.reasoning);
  CHECK_FALSE(got.has_reasoning_list);
  CHECK_FALSE(got.cost);
  CHECK(got.context_size == 0);
  CHECK(facts_of(R"({"cost":{"cache_read":1}})").cost == std::nullopt);
  CHECK(facts_of(R"({"cost":{"input":0,"output":0}})").cost == cost_tier{});
  CHECK(facts_of(R"({"reasoning":true,"reasoning_options":[]})").has_reasoning_list);
  CHECK(facts_of(R"({"reasoning":true,"reasoning_options":[{"type":"budget_tokens","min":-1}]})")
            .reasoning_budget_min == 0);
}

TEST_CASE("a field of a wrong shape or size is left out, the rest of the model stays") {
  struct row {
    const char* text;
    bool (*holds)(const model_facts&);
  };
  const row rows[] = {
      {R"({"limit":[],"reasoning":true})",
       [](const model_facts& m) { return m.reasoning && m.context_size == 0; }},
      {R"({"limit":{"context":"many","output":9}})",
       [](const model_facts& m) { return m.context_size == 0 && m.max_output_tokens == 9; }},
      {R"({"limit":{"context":-5,"output":1e300,"input":2.0}})",
       [](const model_facts& m) {
         return m.context_size == 0 && m.max_output_tokens == 0 && m.max_input_tokens == 2;
       }},
      {R"({"limit":{"context":18446744073709551615}})",
       [](const model_facts& m) { return m.context_size == 0; }},
      {R"({"reasoning":"yes","tool_call":1,"status":7})",
       [](const model_facts& m) { return !m.reasoning && m.tool_call && !m.deprecated; }},
      {R"({"cost":{"input":-1,"output":"free"}})", [](const model_facts& m) { return !m.cost; }},
      {R"({"cost":{"input":1e9,"output":2,"cache_read":[],"cache_write":-0.1}})",
       [](const model_facts& m) { return m.cost == cost_tier{0, 0, 2, {}, {}, {}}; }},
      {R"({"cost":7})", [](const model_facts& m) { return !m.cost; }},
      {R"({"cost":{"input":1,"output":2,"tiers":[3,{},{"tier":3},{"tier":{"size":-1},"input":1},
          {"tier":{"size":0},"input":1},{"tier":{"size":5}}],"context_over_200k":[]}})",
       [](const model_facts& m) { return m.cost && m.cost_tiers.empty(); }},
      {R"({"reasoning":true,"reasoning_options":[1,{},{"type":3},{"type":"effort","values":{}},
          {"type":"effort","values":[1,"",{}]},{"type":"budget_tokens","min":"x","max":-2}]})",
       [](const model_facts& m) {
         return m.reasoning_efforts.empty() && m.reasoning_budget_min == 0 &&
                !m.reasoning_budget_max;
       }},
      {R"({"reasoning":true,"reasoning_options":{}})",
       [](const model_facts& m) { return !m.has_reasoning_list; }},
      {R"({"reasoning":false,"reasoning_options":[{"type":"effort","values":["low"]}]})",
       [](const model_facts& m) { return m.reasoning_efforts.empty(); }},
      {R"({"modalities":3})", [](const model_facts& m) { return !m.vision; }},
  };
  for (const auto& [text, holds] : rows) {
    CAPTURE(text);
    CHECK(holds(facts_of(text)));
  }
}

TEST_CASE("models that are not for text are left out") {
  for (auto kinds :
       {R"({"input":["text"],"output":["image"]})", R"({"input":[],"output":["text"]})",
        R"({"input":["text"]})", R"({"input":"text","output":"text"})"}) {
    CAPTURE(kinds);
    CHECK_FALSE(read_model(std::string(R"({"modalities":)") + kinds + "}"));
  }
}

TEST_CASE("what is no list of models is refused, so that it never replaces one") {
  for (auto text : {"", "{", "[]", "null", "{}", R"({"error":"gone"})", R"({"v":{"models":{}}})",
                    R"({"v":{"models":[]}})", R"({"v":{"models":{"m":3}}})", R"({"v":{}})",
                    R"({"":{"models":{"m":{}}}})", R"({"v":{"models":{"":{}}}})", "<html></html>",
                    "{\"v\":{\"models\":{\"\xff\":{}}}}"}) {
    CAPTURE(text);
    auto read = read_models_dev(text);
    REQUIRE_FALSE(read);
    CHECK(read.failure().code == ec::provider_failed);
    CHECK_FALSE(read_kept(text));
  }
}

TEST_CASE("a list that is cut anywhere is refused") {
  std::string_view text = full;
  for (size_t length = 0; length < text.size(); ++length)
    CHECK_FALSE(read_models_dev(text.substr(0, length)));
}

TEST_CASE("names, lists and vendors are bounded") {
  std::string long_name(limits::metadata_name_bytes + 1, 'x');
  CHECK_FALSE(read_models_dev(R"({")" + long_name + R"(":{"models":{"m":{}}}})"));
  CHECK_FALSE(read_models_dev(R"({"v":{"models":{")" + long_name + R"(":{}}}})"));
  CHECK(read_models_dev(R"({"v":{"api":")" + long_name + R"(","models":{"m":{}}}})")
            ->vendors()[0]
            .api.empty());

  std::string tiers;
  std::string efforts;
  for (int i = 1; i <= 100; ++i) {
    auto number = std::to_string(i);
    tiers += (i > 1 ? "," : "") + (R"({"tier":{"size":)" + number + R"(},"input":1})");
    efforts += (i > 1 ? ",\"" : "\"") + number + "\"";
  }
  auto got = facts_of(R"({"cost":{"input":1,"tiers":[)" + tiers +
                      R"(]},"reasoning":true,"reasoning_options":[{"type":"effort","values":[)" +
                      efforts + "]}]}");
  CHECK(got.cost_tiers.size() == limits::metadata_list);
  CHECK(got.reasoning_efforts.size() == limits::metadata_list);

  std::string vendors;
  for (size_t i = 0; i < limits::metadata_vendors + 5; ++i)
    vendors += (i > 0 ? ",\"" : "\"") + std::to_string(i) + R"(":{"models":{"m":{}}})";
  CHECK(read_models_dev("{" + vendors + "}")->vendors().size() == limits::metadata_vendors);
}

TEST_CASE("what is kept reads back as it was") {
  kept_metadata kept;
  kept.url = "https://models.dev/api.json";
  kept.etag = "W/\"a\\b\"";
  kept.fetched_at.ms = 1'764'000'000'123;
  kept.checked_at.ms = 1'764'000'999'000;
  auto known = read_models_dev(full);
  REQUIRE(known);
  auto vendors = known->vendors();
  vendors.push_back({"b", "", "", {}});
  vendors.back().models.resize(2);
  vendors.back().models[0].name = "bare \"quoted\"";
  vendors.back().models[1].name = "free";
  vendors.back().models[1].reasoning = true;
  vendors.back().models[1].has_reasoning_list = true;
  vendors.back().models[1].cost = cost_tier{0, 0.1, 0.7, {}, {}, {}};
  kept.known = model_metadata(std::move(vendors));

  auto text = write_kept(kept);
  auto back = read_kept(text);
  REQUIRE(back);
  CHECK(back->url == kept.url);
  CHECK(back->etag == kept.etag);
  CHECK(back->fetched_at == kept.fetched_at);
  CHECK(back->checked_at == kept.checked_at);
  CHECK(back->known == kept.known);
  CHECK(write_kept(*back) == text);
}

TEST_CASE("a kept copy without its origin is one of unknown age") {
  auto got = read_kept(R"({"etag":5,"checked_at":"soon","providers":{"v":{"models":{"m":{}}}}})");

  REQUIRE(got);
  CHECK(got->etag.empty());
  CHECK(got->checked_at.ms == 0);
}
