#include "proto/limits.hpp"
#include "proto/provider/gemini.hpp"
#include "tests/proto/provider/kept_parts.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

std::unique_ptr<stream_decoder> make() {
  return make_gemini()->decoder({"g/gemini-3-pro"});
}

std::string parts(const std::string& items, const std::string& more = "") {
  return R"({"candidates":[{"index":0,"content":{"role":"model","parts":[)" + items + "]}" + more +
         "}]}";
}

std::string finish(const std::string& reason) {
  return R"({"candidates":[{"finishReason":")" + reason + R"("}]})";
}

/// Whole and byte by byte must agree.
heard hear(const std::vector<std::string>& payloads) {
  auto bytes = framed(payloads);
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  CHECK_FALSE(got.late);
  return got;
}

kept_answer kept(const std::vector<std::string>& payloads) {
  return keep(make, framed(payloads), {"g/gemini-3-pro"});
}

} // namespace

TEST_CASE("a finish reason means what it says, and calls end as calls") {
  const std::string text = parts(R"({"text":"a"})");
  const std::string call = parts(R"({"functionCall":{"name":"f"}})");
  struct row {
    std::string reason;
    stop_reason alone;
    stop_reason with_call;
  };
  auto end = stop_reason::end, calls = stop_reason::tool_calls, filtered = stop_reason::filtered;
  auto length = stop_reason::length;
  const std::vector<row> rows{{"STOP", end, calls},
                              {"FUNCTION_CALL", end, calls},
                              {"SOMETHING_NEW", end, calls},
                              {"MAX_TOKENS", length, length},
                              {"SAFETY", filtered, filtered},
                              {"RECITATION", filtered, filtered},
                              {"LANGUAGE", filtered, filtered},
                              {"BLOCKLIST", filtered, filtered},
                              {"PROHIBITED_CONTENT", filtered, filtered},
                              {"SPII", filtered, filtered},
                              {"IMAGE_SAFETY", filtered, filtered},
                              {"IMAGE_PROHIBITED_CONTENT", filtered, filtered}};
  for (const auto& [reason, alone, with_call] : rows) {
    INFO(reason);
    CHECK(hear({text, finish(reason)}).stop == alone);
    auto got = hear({call, finish(reason)});
    CHECK(got.stop == with_call);
    CHECK(got.calls[0].whole == "{}");
  }
}

TEST_CASE("what the model got wrong is a failure worth another try") {
  for (const char* reason : {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                             "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE", "OTHER"}) {
    INFO(reason);
    auto got = hear({parts(R"({"functionCall":{"name":"f"}})"), finish(reason)});
    REQUIRE(got.failure);
    CHECK(got.failure->code == ec::provider_failed);
    CHECK(classify_error(*got.failure).then == remedy::retry);
    CHECK_FALSE(got.calls[0].ended);
  }
  CHECK(hear({finish("MISSING_THOUGHT_SIGNATURE")}).failure->code == ec::provider_refused);
}

TEST_CASE("a blocked prompt is refused, and what it cost is told") {
  auto got = hear({R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},)"
                   R"("usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}})"});

  REQUIRE(got.failure);
  CHECK(got.failure->code == ec::content_filtered);
  CHECK(got.spent == usage{7, 0, 0, 0, 0});
  CHECK(
      hear({R"({"promptFeedback":{"safetyRatings":[]}})", parts(R"({"text":"a"})"), finish("STOP")})
          .stop == stop_reason::end);
}

TEST_CASE("the end is the end of the body, after a finish reason") {
  CHECK(hear({parts(R"({"text":"a"})")}).failure->code == ec::stream_cut);
  CHECK(hear({}).failure->code == ec::stream_cut);
  // Older models say STOP in every chunk; usage may follow.
  auto got = hear({parts(R"({"text":"a"})", R"(,"finishReason":"STOP")"),
                   parts(R"({"text":"b"})", R"(,"finishReason":"STOP")"),
                   R"({"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}})"});
  CHECK(got.text == "ab");
  CHECK(got.stop == stop_reason::end);
  CHECK(got.spent == usage{1, 2, 0, 0, 0});
}

TEST_CASE("the last counts are the right ones, and what is absent keeps its value") {
  auto got = hear({R"({"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,)"
                   R"("toolUsePromptTokenCount":5,"candidatesTokenCount":1}})",
                   R"({"usageMetadata":{"candidatesTokenCount":10,"thoughtsTokenCount":30}})",
                   finish("STOP"), R"({"usageMetadata":{"trafficType":"ON_DEMAND"}})"});

  CHECK(got.spent == usage{45, 40, 30, 60, 0});
  CHECK(hear({R"({"usageMetadata":{"promptTokenCount":1,"cachedContentTokenCount":9,)"
              R"("thoughtsTokenCount":-5}})",
              finish("STOP")})
            .spent == usage{0, 0, 0, 1, 0});
}

TEST_CASE("candidates, content, parts and text may all be missing") {
  auto got = hear({"{}", R"({"candidates":[]})", R"({"candidates":[{}]})",
                   R"({"candidates":[{"content":{}}]})",
                   R"({"candidates":[{"content":{"parts":[]}}]})", parts("{}"), parts("null,7"),
                   parts(R"({"inlineData":{"mimeType":"image/png","data":"AA=="}})"),
                   parts(R"({"executableCode":{"language":"PYTHON","code":"1"}})"),
                   R"({"candidates":[{"index":1,"content":{"parts":[{"text":"other"}]}}]})",
                   R"({"candidates":null,"usageMetadata":null,"error":null})", finish("STOP")});

  CHECK(got == heard{"", "", 0, 0, {}, {}, {}, stop_reason::end, false, {}});
}

TEST_CASE("thoughts are reasoning and end before what follows") {
  auto got =
      hear({parts(R"({"text":"I ","thought":true},{"text":"think","thought":true})"),
            parts(R"({"text":"so"})"), parts(R"({"text":"more","thought":true})"), finish("STOP")});

  CHECK(got.reasoning == "I thinkmore");
  CHECK(got.text == "so");
  CHECK(got.reasoning_ends == 2);
}

TEST_CASE("a call's id is Gemini's or made up, and only Gemini's is kept for it") {
  auto got = hear({parts(R"({"functionCall":{"id":"own","name":"f","args":{"a":1}}},)"
                         R"({"functionCall":{"name":"f","args":{"a":1}}},)"
                         R"({"functionCall":{"name":"g","args":null}})"),
                   finish("STOP")});

  CHECK(got.calls.size() == 3);
  CHECK(got.calls[0] == heard_call{"own", "f", R"({"a":1})", R"({"a":1})", true});
  CHECK(got.calls[1] == heard_call{"call_2", "f", R"({"a":1})", R"({"a":1})", true});
  CHECK(got.calls[2] == heard_call{"call_3", "g", "{}", "{}", true});
  CHECK(got.opaque == std::vector<std::string>{R"({"id":"own"})"});
}

TEST_CASE("a signed part stands alone, whatever its neighbours are") {
  auto answer =
      kept({parts(R"({"text":"a"})"), parts(R"({"text":"b"},{"text":"c","thoughtSignature":"S1"})"),
            parts(R"({"text":"d"})"), parts(R"({"text":"","thoughtSignature":"S2"})"),
            parts(R"({"text":"","thoughtSignature":"S3"},{"text":"e"})"), finish("STOP")});

  std::vector<std::pair<std::string, std::string>> got;
  for (const auto& part : answer.parts)
    got.emplace_back(part.text, part.opaque.text);
  CHECK(got ==
        std::vector<std::pair<std::string, std::string>>{{"ab", ""},
                                                         {"c", R"({"thoughtSignature":"S1"})"},
                                                         {"d", ""},
                                                         {"", R"({"thoughtSignature":"S2"})"},
                                                         {"", R"({"thoughtSignature":"S3"})"},
                                                         {"e", ""}});
}

TEST_CASE("signatures of thoughts and calls are kept where they came") {
  auto answer = kept({parts(R"({"text":"t","thought":true})"),
                      parts(R"({"text":"u","thought":true,"thoughtSignature":"S1"})"),
                      parts(R"({"functionCall":{"name":"f","id":"i"},"thoughtSignature":"S2"})"),
                      parts(R"({"functionCall":{"name":"g"}})"), finish("STOP")});

  REQUIRE(answer.parts.size() == 4);
  CHECK(answer.parts[0].opaque.text.empty());
  CHECK(answer.parts[1].kind == chat_part_kind::reasoning);
  CHECK(answer.parts[1].opaque.text == R"({"thoughtSignature":"S1"})");
  CHECK(answer.parts[2].opaque.text == R"({"thoughtSignature":"S2","id":"i"})");
  CHECK(answer.parts[3].opaque.text.empty());
}

TEST_CASE("signatures beyond their bound are dropped") {
  std::string long_one(limits::opaque_bytes, 'A');

  auto got =
      hear({parts(R"({"text":"a","thoughtSignature":"BB"})"),
            parts(R"({"text":"b","thoughtSignature":")" + long_one + R"("})"), finish("STOP")});

  CHECK(got.opaque == std::vector<std::string>{R"({"thoughtSignature":"BB"})"});
  CHECK(got.text == "ab");
}

TEST_CASE("arguments that come value by value become one object") {
  auto begin = parts(R"({"functionCall":{"name":"edit","willContinue":true}})");
  auto piece = [](const std::string& items, const std::string& more = R"(,"willContinue":true)") {
    return parts(R"({"functionCall":{"partialArgs":[)" + items + "]" + more + "}}");
  };
  auto got = hear({begin, piece(R"({"jsonPath":"$.path","stringValue":"a\"","willContinue":true})"),
                   piece(R"({"jsonPath":"$.path","stringValue":"b"})"),
                   piece(R"({"jsonPath":"$.edits[0].line","numberValue":3},)"
                         R"({"jsonPath":"$.edits[0]['new text']","stringValue":""},)"
                         R"({"jsonPath":"$.edits[1].all","boolValue":true})"),
                   piece(R"({"jsonPath":"$.none","nullValue":null})", ""), finish("STOP")});

  CHECK(got.calls[0].whole == R"({"path":"a\"b","edits":[{"line":3,"new text":""},{"all":true}],)"
                              R"("none":null})");
  CHECK(got.stop == stop_reason::tool_calls);
}

TEST_CASE("a call of which only a part came is never a whole one") {
  auto begin = parts(R"({"functionCall":{"name":"f","willContinue":true}})");
  auto piece = [](const std::string& path) {
    return parts(R"({"functionCall":{"partialArgs":[{"jsonPath":")" + path +
                 R"(","stringValue":"x"}],"willContinue":true}})");
  };
  const auto other = parts(R"({"functionCall":{"name":"g","args":{}}})");
  const std::vector<std::vector<std::string>> rows{
      {begin, finish("STOP")},
      {begin, piece("$.a"), finish("STOP")},
      {begin, piece("$.a"), other, finish("STOP")},
      {begin, piece("a"), finish("STOP")},
      {begin, piece("$"), finish("STOP")},
      {begin, piece("$[0]"), finish("STOP")},
      {begin, piece("$.a[7]"), finish("STOP")},
      {begin, piece("$.a[18446744073709551616]"), finish("STOP")},
      {begin, piece("$.a["), finish("STOP")},
      {begin, piece("$."), finish("STOP")},
      {begin, piece("$['a"), finish("STOP")},
      {begin, piece("$.a"), piece("$.a.b"), finish("STOP")},
      {begin,
       parts(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","numberValue":{"b":[]}}]}})"),
       finish("STOP")},
      {parts(R"({"functionCall":{"args":{}}})"), finish("STOP")}};
  for (const auto& payloads : rows) {
    INFO(payloads[payloads.size() - 2]);
    auto got = hear(payloads);
    REQUIRE(got.failure);
    CHECK(got.failure->code == ec::provider_failed);
    CHECK_FALSE(got.calls[0].ended);
  }
  // Cut short by the limit: told to the model as arguments that are none.
  auto got = hear({begin, piece("$.a"), finish("MAX_TOKENS")});
  CHECK(got.stop == stop_reason::length);
  CHECK(got.calls[0].whole.empty());
}

TEST_CASE("paths without end are bounded") {
  std::string path = "$";
  for (int depth = 0; depth < 10'000; ++depth)
    path += ".a";
  auto got = hear({parts(R"({"functionCall":{"name":"f","partialArgs":[{"jsonPath":")" + path +
                         R"(","stringValue":"x"}]}})"),
                   finish("STOP")});
  CHECK(got.failure->code == ec::provider_failed);
}

TEST_CASE("too many calls are refused") {
  std::string items;
  for (size_t n = 0; n <= limits::calls_per_answer; ++n)
    items += std::string(n == 0 ? "" : ",") + R"({"functionCall":{"name":"f"}})";
  CHECK(hear({parts(items), finish("STOP")}).failure->code == ec::provider_failed);
}

TEST_CASE("an error inside the stream is recognised in every shape") {
  struct row {
    std::string payload;
    ec code;
    std::optional<int64_t> retry_after_s;
  };
  const std::string exhausted =
      R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[)"
      R"({"@type":"type.googleapis.com/google.rpc.Help"},)"
      R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}})";
  const std::vector<row> rows{
      {exhausted, ec::rate_limited, 35},
      {"[" + exhausted + "]", ec::rate_limited, 35},
      {R"({"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}})",
       ec::provider_overloaded, std::nullopt},
      {R"({"error":{"code":400,"message":"The input token count (9) exceeds the maximum number )"
       R"(of tokens allowed (8).","status":"INVALID_ARGUMENT"}})",
       ec::context_overflow, std::nullopt},
      {R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}})",
       ec::provider_auth, std::nullopt},
      {R"({"error":"no"})", ec::provider_failed, std::nullopt},
      {"{broken", ec::provider_failed, std::nullopt},
      {"7", ec::provider_failed, std::nullopt},
  };
  for (const auto& [payload, code, retry_after_s] : rows) {
    INFO(payload);
    auto got = hear({parts(R"({"text":"a"})"), payload, finish("STOP")});
    CHECK(got.text == "a");
    REQUIRE(got.failure);
    CHECK(to_word(got.failure->code) == to_word(code));
    CHECK(got.failure->retry_after_s == retry_after_s);
  }
}

TEST_CASE("a server that ignores the framing asked for is read all the same") {
  const auto text = parts(R"({"text":"{[\"a\\"})");
  auto array = "\r\n [" + text + "\n,\n" + finish("STOP") + "]\n";
  for (const auto& got : {listen(make, array), listen_bytewise(make, array)}) {
    CHECK(got.text == "{[\"a\\");
    CHECK(got.stop == stop_reason::end);
  }
  auto object = parts(R"({"text":"b"})", R"(,"finishReason":"STOP")");
  CHECK(listen_bytewise(make, object).text == "b");
  CHECK(listen(make, R"([{"error":{"code":503,"message":"x"}}])").failure->code ==
        ec::provider_overloaded);
  CHECK(listen(make, "[" + text).failure->code == ec::stream_cut);
  CHECK(listen(make, "[]").failure->code == ec::provider_failed);
  CHECK(listen(make, "<html>").failure->code == ec::provider_failed);
  CHECK(hear({text, finish("STOP"), "[DONE]"}).stop == stop_reason::end);
}

TEST_CASE("an object without end is refused at its bound") {
  auto decoder = make();
  std::vector<stream_chunk> out;
  std::string piece(1024 * 1024, 'a');
  auto fed = decoder->feed(R"([{"a":")", out);
  for (size_t n = 0; fed && n < 9; ++n)
    fed = decoder->feed(piece, out);
  REQUIRE_FALSE(fed);
  CHECK(fed.failure().code == ec::provider_failed);
  CHECK_FALSE(decoder->feed("x", out));
  CHECK_FALSE(decoder->finish(body_end::orderly, out));
}

TEST_CASE("a lone surrogate costs a character, not the answer") {
  CHECK(hear({parts(R"({"text":"a\ud83d"})"), finish("STOP")}).text == "a\xEF\xBF\xBD");
}
