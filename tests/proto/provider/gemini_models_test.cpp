#include "proto/provider/gemini.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

wire_answer answer(std::string body, int status = 200) {
  wire_answer out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

std::unique_ptr<model_discovery> discover(std::string base = "https://h", std::string key = "k") {
  return make_gemini()->discover({"google", std::move(base), std::move(key)});
}

} // namespace

TEST_CASE("Gemini's list is asked for page after page") {
  auto asked = discover("https://h/v1beta?x=1");

  auto first = asked->begin();
  REQUIRE(first.size() == 1);
  CHECK(first[0].method == "GET");
  CHECK(first[0].url == "https://h/v1beta/models?x=1&pageSize=1000");
  CHECK(first[0].headers.back() == std::pair<std::string, std::string>("x-goog-api-key", "k"));

  auto second = asked->answered(
      0, answer(R"({"models":[{"name":"models/gemini-a","supportedGenerationMethods":)"
                R"(["generateContent"]}],"nextPageToken":"a+b/c="})"));
  REQUIRE(second.size() == 1);
  CHECK(second[0].url == "https://h/v1beta/models?x=1&pageSize=1000&pageToken=a%2Bb%2Fc%3D");
  CHECK(asked->answered(1, answer(R"({"models":[{"name":"models/gemini-b"}]})")).empty());

  auto found = asked->finish();
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].id.text == "google/gemini-a");
  CHECK((*found)[1].name == "gemini-b");
}

TEST_CASE("what Gemini says of a model is taken over, and only models that answer count") {
  auto asked = discover();
  asked->begin();
  asked->answered(0, answer(R"({"models":[)"
                            R"({"name":"models/gemini-2.5-pro","displayName":"Gemini 2.5 Pro",)"
                            R"("inputTokenLimit":1048576,"outputTokenLimit":65536,"thinking":true,)"
                            R"("supportedGenerationMethods":["generateContent","countTokens"]},)"
                            R"({"name":"models/text-embedding-004","supportedGenerationMethods":)"
                            R"(["embedContent"]},)"
                            R"({"name":"models/gemma-3-27b-it","inputTokenLimit":131072,)"
                            R"("supportedGenerationMethods":["generateContent"]},)"
                            R"({"name":"models/gemini-2.5-flash-preview-tts",)"
                            R"("supportedGenerationMethods":["generateContent"]},)"
                            R"({"name":""},{},null,7]})"));

  auto found = asked->finish();
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  const auto& pro = (*found)[0];
  CHECK(pro.name == "gemini-2.5-pro");
  CHECK(pro.provider_id == "google");
  CHECK(pro.context_size == 1048576);
  CHECK(pro.max_input_tokens == 1048576);
  CHECK(pro.max_output_tokens == 65536);
  CHECK(pro.reasoning);
  CHECK(pro.tool_call);
  CHECK(pro.vision);
  const auto& gemma = (*found)[1];
  CHECK(gemma.context_size == 131072);
  CHECK_FALSE(gemma.max_output_tokens);
  CHECK_FALSE(gemma.reasoning);
  CHECK_FALSE(gemma.tool_call);
  CHECK_FALSE((*found)[2].tool_call);
}

TEST_CASE("no list is a failure that says why") {
  struct row {
    wire_answer got;
    ec code;
  };
  const std::vector<row> rows{
      {answer("<html>"), ec::provider_failed},
      {answer("{}"), ec::provider_failed},
      {answer("[]"), ec::provider_failed},
      {answer(R"({"error":{"code":400,"message":"API key not valid. Please pass a valid key."}})",
              400),
       ec::provider_auth},
      {answer(R"([{"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}}])", 503),
       ec::provider_overloaded},
  };
  for (const auto& [got, code] : rows) {
    INFO(got.body);
    auto asked = discover();
    asked->begin();
    CHECK(asked->answered(0, got).empty());
    auto found = asked->finish();
    REQUIRE_FALSE(found);
    CHECK(to_word(found.failure().code) == to_word(code));
  }
}

TEST_CASE("a failed call is told by Google's words, also within an array") {
  auto classify = [](int status, std::string body) {
    return make_gemini()->classify(status, {}, body);
  };
  const std::string exhausted =
      R"({"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED",)"
      R"("details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}]}})";

  for (const auto& body : {exhausted, "[" + exhausted + "]"}) {
    auto got = classify(429, body);
    CHECK(got.what.code == ec::rate_limited);
    CHECK(got.then == remedy::retry);
    CHECK(got.retry_after_ms == 2000);
  }
  CHECK(classify(503, R"({"error":{"status":"UNAVAILABLE"}})").then == remedy::retry);
  CHECK(classify(400, R"({"error":{"message":"The input token count (9) exceeds the maximum"}})")
            .then == remedy::shrink);
  CHECK(classify(400, R"({"error":{"message":"Function call is missing a thought_signature"}})")
            .then == remedy::simplify);
}
