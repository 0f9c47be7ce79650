#include "proto/limits.hpp"
#include "proto/provider/anthropic.hpp"
#include "proto/provider/anthropic_models.hpp"
#include "proto/provider/anthropic_traits.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

wire_answer ok(std::string body) {
  return {200, {}, std::move(body), std::nullopt};
}

std::string entry(const std::string& id) {
  return R"({"type":"model","id":")" + id + R"(","display_name":"The )" + id + R"("})";
}

} // namespace

TEST_CASE("the list of models is asked for page by page") {
  auto asking = make_anthropic()->discover({"a", "https://h", "key"});
  auto first = asking->begin();
  REQUIRE(first.size() == 1);
  CHECK(first[0].method == "GET");
  CHECK(first[0].url == "https://h/v1/models?limit=1000");
  CHECK(first[0].headers == header_list{{"accept", "application/json"},
                                        {"anthropic-version", "2023-06-01"},
                                        {"x-api-key", "key"}});

  auto next = asking->answered(
      0, ok(R"({"data":[)" + entry("claude-opus-5") + R"(],"has_more":true,"last_id":"a&b/c é"})"));
  REQUIRE(next.size() == 1);
  CHECK(next[0].url == "https://h/v1/models?limit=1000&after_id=a%26b%2Fc%20%C3%A9");
  CHECK(asking
            ->answered(1, ok(R"({"data":[)" + entry("claude-haiku-4-5") +
                             R"(],"has_more":false,"last_id":"z"})"))
            .empty());

  auto found = asking->finish();
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].id.text == "a/claude-opus-5");
  CHECK((*found)[0].name == "The claude-opus-5");
  CHECK((*found)[1].id.text == "a/claude-haiku-4-5");
}

TEST_CASE("a base URL with a version and a query keeps both") {
  auto asking = make_anthropic()->discover({"a", "https://h/x/v1/?k=1", ""});

  CHECK(asking->begin()[0].url == "https://h/x/v1/models?k=1&limit=1000");
}

TEST_CASE("a refused list of models is a typed error") {
  auto asking = make_anthropic()->discover({"a", "https://h", "key"});
  asking->begin();
  asking->answered(0, {401, {}, R"({"error":{"type":"authentication_error"}})", std::nullopt});

  CHECK(asking->finish().failure().code == ec::provider_auth);
}

TEST_CASE("what the list says of a model goes before what its name says") {
  auto page = read_anthropic_models(
      "a", R"({"data":[{"id":"claude-x-9","max_input_tokens":1000000,"max_tokens":128000,)"
           R"("lifecycle":"active","capabilities":{"thinking":{"supported":false},)"
           R"("image_input":{"supported":false}}},)"
           R"({"id":"claude-sonnet-4-5","max_input_tokens":null,"max_tokens":null,)"
           R"("capabilities":null},{"id":"claude-3-opus-20240229"},{"id":"glm-5"},)"
           R"({"id":"claude-2.1","lifecycle":"retired"},{"display_name":"x"},7]})");
  REQUIRE(page);
  REQUIRE(page->models.size() == 4);
  CHECK(page->after.empty());

  const auto& listed = page->models[0];
  CHECK(listed.name == "claude-x-9");
  CHECK(listed.context_size == 1'000'000);
  CHECK(listed.max_output_tokens == 128'000);
  CHECK_FALSE(listed.reasoning);
  CHECK_FALSE(listed.vision);
  CHECK(listed.tool_call);

  const auto& named = page->models[1];
  CHECK(named.context_size == 200'000);
  CHECK_FALSE(named.max_output_tokens);
  CHECK(named.reasoning);
  CHECK(named.vision);

  CHECK_FALSE(page->models[2].reasoning);
  CHECK(page->models[2].vision);
  CHECK(page->models[3].context_size == 0);
  CHECK_FALSE(page->models[3].reasoning);
}

TEST_CASE("what is no list of models fails") {
  for (auto body : {"", "[]", "{}", R"({"data":{}})", "<html>"})
    CHECK(read_anthropic_models("a", body).failure().code == ec::provider_failed);
  auto long_id = std::string(1000, 'x');
  CHECK(read_anthropic_models("a", R"({"data":[],"has_more":true,"last_id":")" + long_id + "\"}")
            ->after.empty());
}

TEST_CASE("what a model takes is read from its name") {
  struct row {
    std::string_view name;
    thinking_form thinking;
    bool takes_temperature;
    bool sees;
  };
  using enum thinking_form;
  const row rows[] = {
      {"claude-2.1", none, true, false},
      {"claude-instant-1.2", none, true, false},
      {"claude-3-haiku-20240307", none, true, true},
      {"claude-3-5-sonnet-latest", none, true, true},
      {"claude-3-7-sonnet-20250219", budget, true, true},
      {"claude-opus-4-20250514", budget, true, true},
      {"claude-opus-4-1@20250805", budget, true, true},
      {"claude-4-sonnet", budget, true, true},
      {"anthropic.claude-sonnet-4-5-20250929-v1:0", budget, true, true},
      {"anthropic/claude-haiku-4.5", budget, true, true},
      {"claude-opus-4-5-20251101", budget, true, true},
      {"claude-sonnet-4-6", adaptive, true, true},
      {"claude-opus-4.6", adaptive, true, true},
      {"claude-opus-4-7", adaptive, false, true},
      {"claude-opus-4-8", adaptive, false, true},
      {"claude-opus-4-10", adaptive, false, true},
      {"claude-sonnet-5", adaptive, false, true},
      {"claude-fable-5", adaptive, false, true},
      {"claude-mythos-preview", adaptive, false, true},
      {"claude-next", adaptive, false, true},
  };
  for (const auto& [name, thinking, takes_temperature, sees] : rows) {
    INFO(name);
    auto got = anthropic_traits_of(name, false);
    CHECK(got.is_claude);
    CHECK(got.thinking == thinking);
    CHECK(got.takes_temperature == takes_temperature);
    CHECK(got.sees == sees);
    CHECK(got.output_default > 0);
  }
  CHECK_FALSE(anthropic_traits_of("glm-5", true).is_claude);
  CHECK(anthropic_traits_of("glm-5", true).thinking == budget);
  CHECK(anthropic_traits_of("glm-5", false).thinking == none);
}
