#include "proto/provider/classify.hpp"
#include "proto/provider/openai_chat.hpp"
#include "proto/provider/openai_models.hpp"
#include "proto/provider/retry_after.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

call_failure classify(int status, std::string body, header_list headers = {}) {
  return make_openai_chat()->classify(status, headers, body);
}

std::string openai_error(const std::string& code, const std::string& message = "x") {
  return R"({"error":{"message":")" + message + R"(","type":"t","param":null,"code":")" + code +
         "\"}}";
}

} // namespace

TEST_CASE("a status and a body become a code and the sense of trying again") {
  struct row {
    int status;
    std::string body;
    ec code;
    remedy then;
  };
  const row rows[] = {
      {401, openai_error("invalid_api_key"), ec::provider_auth, remedy::fall_back},
      {403, "no", ec::provider_auth, remedy::fall_back},
      {400,
       R"([{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}])",
       ec::provider_auth, remedy::fall_back},
      {402, "{}", ec::quota_exceeded, remedy::fall_back},
      {429, openai_error("insufficient_quota"), ec::quota_exceeded, remedy::fall_back},
      {400, R"({"error":{"message":"Your credit balance is too low"}})", ec::quota_exceeded,
       remedy::fall_back},
      {429,
       R"({"type":"error","error":{"type":"rate_limit_error","message":"x",)"
       R"("details":{"error_code":"enforced_spend_limit_reached"}}})",
       ec::quota_exceeded, remedy::fall_back},
      {429, openai_error("rate_limit_exceeded"), ec::rate_limited, remedy::retry},
      {429, R"({"error":{"message":"too many tokens per minute"}})", ec::rate_limited,
       remedy::retry},
      {408, "", ec::provider_failed, remedy::retry},
      {409, "", ec::provider_failed, remedy::retry},
      {500, "", ec::provider_failed, remedy::retry},
      {503, R"({"error":{"code":503,"message":"Loading model"}})", ec::provider_overloaded,
       remedy::retry},
      {529, R"({"type":"error","error":{"type":"overloaded_error"}})", ec::provider_overloaded,
       remedy::retry},
      {522, "<html>", ec::provider_failed, remedy::retry},
      {400, openai_error("context_length_exceeded"), ec::context_overflow, remedy::shrink},
      {400, openai_error("", "This model's maximum context length is 8192 tokens"),
       ec::context_overflow, remedy::shrink},
      {400, openai_error("", "prompt is too long: 9 tokens > 8 maximum"), ec::context_overflow,
       remedy::shrink},
      {400, openai_error("", "input length and `max_tokens` exceed context limit: 7 + 2 > 8"),
       ec::context_overflow, remedy::shrink},
      {400, R"({"error":{"code":400,"type":"exceed_context_size_error","message":"x"}})",
       ec::context_overflow, remedy::shrink},
      {400, openai_error("", "The input token count (9) exceeds the maximum"), ec::context_overflow,
       remedy::shrink},
      {413, "", ec::context_overflow, remedy::shrink},
      {400, openai_error("content_filter"), ec::content_filtered, remedy::give_up},
      {400, "{}", ec::provider_refused, remedy::simplify},
      {400, R"({"error":{"code":"model_not_found"}})", ec::provider_refused, remedy::fall_back},
      {404, R"({"detail":"model not found"})", ec::provider_refused, remedy::fall_back},
      {422, R"({"detail":[{"msg":"bad"}]})", ec::provider_refused, remedy::simplify},
      {302, "", ec::provider_refused, remedy::give_up},
  };
  for (const auto& [status, body, code, then] : rows) {
    INFO(status << " " << body);
    auto got = classify(status, body);
    CHECK(to_word(got.what.code) == to_word(code));
    CHECK(got.then == then);
  }
}

TEST_CASE("the provider's wish to be tried again or not is obeyed") {
  CHECK(classify(500, "", {{"x-should-retry", "false"}}).then == remedy::fall_back);
  CHECK(classify(400, "", {{"x-should-retry", "true"}}).then == remedy::retry);
}

TEST_CASE("the time to wait is read in every form") {
  auto wait = [](header_list headers, std::string body = "") {
    return classify(429, body, headers).retry_after_ms;
  };

  CHECK(wait({{"retry-after", "3"}}) == 3000);
  CHECK(wait({{"retry-after", "0.5"}}) == 500);
  CHECK(wait({{"retry-after-ms", "250"}, {"retry-after", "3"}}) == 250);
  CHECK(wait({{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
              {"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}) == 30'000);
  CHECK(wait({{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
              {"retry-after", "Sun, 06 Nov 1994 08:40:00 GMT"}}) == 0);
  CHECK(wait({{"retry-after", "1e99"}}) == 86'400'000);
  CHECK_FALSE(wait({{"retry-after", "soon"}}));
  CHECK_FALSE(wait({{"retry-after", "-1"}}));
  CHECK(wait({}, R"({"error":{"details":[{"@type":"x"},{"retryDelay":"34s"}]}})") == 34'000);
  CHECK(classify(429, "", {{"retry-after", "3"}}).what.retry_after_s == 3);
}

TEST_CASE("an HTTP date is a time") {
  CHECK(read_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK_FALSE(read_http_date("Sun, 31 Feb 1994 08:49:37 GMT"));
  CHECK_FALSE(read_http_date("Sun, 6 Nov 1994 08:49:37 GMT"));
}

TEST_CASE("the context tells what the provider said, without keys and without end") {
  auto said =
      classify(401, openai_error("", "Incorrect API key provided: sk-proj-abcdEFGH1234. Go"));
  CHECK(said.what.context.find("sk-proj") == std::string::npos);
  CHECK(said.what.context.find("Incorrect API key provided: [redacted]") != std::string::npos);

  CHECK(presentable("key abcd****wxyz") == "key [redacted]");
  CHECK(presentable("Bearer hunter2x was refused") == "Bearer [redacted] was refused");
  CHECK(presentable("id 0123456789abcdef0123456789abcdef") == "id [redacted]");
  CHECK(presentable("the model meta-llama/Llama-3.3-70B-Instruct-Turbo is gone") ==
        "the model meta-llama/Llama-3.3-70B-Instruct-Turbo is gone");
  CHECK(presentable("a\nb") == "a b");
  CHECK(presentable(std::string(400, 'x') + "\xe2\x82\xac" + std::string(400, 'y')).size() <= 500);
}

TEST_CASE("what the transport and the decoder say is classified too") {
  CHECK(classify_error(make_error(ec::provider_down, "")).then == remedy::retry);
  CHECK(classify_error(make_error(ec::stream_cut, "")).then == remedy::retry);
  CHECK(classify_error(make_error(ec::stream_stalled, "")).then == remedy::retry);
  CHECK(classify_error(make_error(ec::provider_refused, "")).then == remedy::simplify);
  CHECK(classify_error(make_error(ec::cancelled, "")).then == remedy::give_up);
  CHECK(classify_error(make_error(ec::context_overflow, "")).then == remedy::shrink);
  auto limited = make_error(ec::rate_limited, "");
  limited.retry_after_s = 2;
  CHECK(classify_error(limited).retry_after_ms == 2000);
}

TEST_CASE("models are read with the sizes that servers tell") {
  auto read = read_openai_models("p", R"({"object":"list","data":[
    {"id":"vllm","max_model_len":8192},
    {"id":"studio","type":"vlm","max_context_length":4096,"loaded_context_length":2048},
    {"id":"embed","type":"embeddings"},
    {"id":"a/router","context_length":1000,"top_provider":{"max_completion_tokens":10},
     "architecture":{"input_modalities":["text","image"]},"supported_parameters":["reasoning"],
     "pricing":{"prompt":"0.000003","completion":"0.000015","input_cache_read":"0.0000003"}},
    {"id":"plain"}, {"object":"model"}, 7]})");

  REQUIRE(read.ok());
  REQUIRE(read->size() == 4);
  CHECK((*read)[0].context_size == 8192);
  CHECK((*read)[1].context_size == 2048);
  CHECK((*read)[1].vision);
  const auto& routed = (*read)[2];
  CHECK(routed.id.text == "p/a/router");
  CHECK(routed.max_output_tokens == 10);
  CHECK(routed.vision);
  CHECK(routed.reasoning);
  CHECK_FALSE(routed.tool_call);
  CHECK(routed.cost_input == doctest::Approx(3));
  CHECK(routed.cost_cache_read.value_or(0) == doctest::Approx(0.3));
  CHECK((*read)[3].context_size == 0);
}

TEST_CASE("a list of models that is none fails") {
  CHECK_FALSE(read_openai_models("p", "<html>").ok());
  CHECK_FALSE(read_openai_models("p", R"({"data":7})").ok());
  CHECK(read_openai_models("p", R"([{"id":"m"}])")->size() == 1);
}

TEST_CASE("a list of errors is told by its sentence") {
  for (std::string body :
       {R"({"success":false,"errors":[{"code":7003,"message":"off the menu"}]})",
        R"({"errors":["off the menu"],"result":null})", R"({"errors":{"message":"off the menu"}})",
        R"({"error":[{},{"message":"off the menu"}]})",
        R"({"errors":[{},{"error":{"message":"off the menu"}}]})"}) {
    CAPTURE(body);
    CHECK(classify(500, body).what.context == "the provider answered 500: off the menu");
  }
}

TEST_CASE("a redirect names where it leads, and no secret in it") {
  auto told = [](std::string to) { return classify(302, "<a>", {{"location", to}}).what.context; };
  auto plain = told("https://user:pass@api.example/v1/x?key=abc#token");
  CHECK(plain.find("redirect to https://api.example/v1/x,") != std::string::npos);
  CHECK(plain.find("pass") == std::string::npos);
  CHECK(plain.find("abc") == std::string::npos);
  CHECK(told("/login").find("redirect to /login,") != std::string::npos);
  CHECK(told("https://h/sk-1234567890abcdefghij/x").find("1234567890") == std::string::npos);
  CHECK(classify(307, "", {}).what.code == ec::provider_refused);
}
