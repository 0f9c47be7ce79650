#include "proto/limits.hpp"
#include "proto/provider/openai_chat.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

std::unique_ptr<stream_decoder> make() {
  return make_openai_chat()->decoder({"p/m"});
}

std::string delta(const std::string& fields) {
  return R"({"choices":[{"index":0,"delta":{)" + fields + R"(},"finish_reason":null}]})";
}

std::string text(const std::string& escaped) {
  return delta(R"("content":")" + escaped + "\"");
}

std::string calls(const std::string& items) {
  return delta(R"("tool_calls":[)" + items + "]");
}

std::string finish(const std::string& reason) {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}

/// Whole and byte by byte must agree.
heard hear(const std::vector<std::string>& payloads) {
  auto bytes = framed(payloads);
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  return got;
}

std::vector<std::string> wholes(const heard& from) {
  std::vector<std::string> out;
  for (const auto& [index, call] : from.calls)
    if (call.ended)
      out.push_back(call.tool + call.whole);
  return out;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("fragments of two calls merge by their index") {
  auto got = hear({calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":""}})"),
                   calls(R"({"index":1,"id":"b","function":{"name":"glob","arguments":"{\"x\""}})"),
                   calls(R"({"index":0,"function":{"name":"","arguments":"{\"p\":1}"}})"),
                   calls(R"({"index":1,"type":"function","function":{"arguments":":2}"}})"),
                   finish("tool_calls")});

  CHECK(wholes(got) == list{R"(read{"p":1})", R"(glob{"x":2})"});
  CHECK(got.calls[0].id == "a");
  CHECK(got.stop == stop_reason::tool_calls);
}

TEST_CASE("calls without an index are told apart by id, name and completeness") {
  CHECK(wholes(hear({calls(R"({"id":"a","function":{"name":"f","arguments":"{"}})"),
                     calls(R"({"function":{"arguments":"}"}})"),
                     calls(R"({"id":"b","function":{"name":"g","arguments":"{}"}})"),
                     calls(R"({"id":"a","function":{"arguments":" "}})"), finish("stop")})) ==
        list{"f{}", "g{}"});
  CHECK(wholes(hear({calls(R"({"function":{"name":"f","arguments":{"x":1}}})"),
                     calls(R"({"function":{"name":"f","arguments":{"x":2}}})"), finish("stop")})) ==
        list{R"(f{"x":1})", R"(f{"x":2})"});
}

TEST_CASE("another id at the same index is another call") {
  auto got = hear({calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})"),
                   calls(R"({"index":0,"id":"b","function":{"name":"f","arguments":"{}"}})"),
                   finish("stop")});

  CHECK(wholes(got) == list{"f{}", "f{}"});
  CHECK(got.calls[1].id == "b");
  CHECK(got.stop == stop_reason::tool_calls);
}

TEST_CASE("a whole call that is repeated at the end counts once") {
  auto whole = R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}})";

  CHECK(wholes(hear({calls(whole), calls(whole), finish("tool_calls")})) == list{R"(f{"x":1})"});
}

TEST_CASE("no arguments are an empty object, broken ones come as they are") {
  CHECK(wholes(hear({calls(R"({"index":0,"id":"a","function":{"name":"f"}})"), finish("stop")})) ==
        list{"f{}"});
  CHECK(wholes(hear({calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}})"),
                     finish("tool_calls")})) == list{R"(f{"x")"});
  CHECK(wholes(hear({calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})"),
                     finish("length")})) == list{"f"});
}

TEST_CASE("arguments beyond their bound are cut, but not below it") {
  auto piece = std::string(100'000, 'x');
  std::vector<std::string> payloads{calls(R"({"index":0,"id":"a","function":{"name":"f"}})")};
  for (int i = 0; i < 10; ++i)
    payloads.push_back(calls(R"({"index":0,"function":{"arguments":")" + piece + "\"}}"));
  payloads.push_back(finish("tool_calls"));

  auto got = listen(make, framed(payloads));

  CHECK(got.calls[0].whole.size() > limits::tool_input_bytes);
  CHECK(got.calls[0].whole.size() < limits::tool_input_bytes + 2 * piece.size());
}

TEST_CASE("too many calls in one answer fail") {
  std::vector<std::string> payloads;
  for (size_t i = 0; i <= limits::calls_per_answer; ++i)
    payloads.push_back(calls(R"({"id":"c)" + std::to_string(i) + R"(","function":{"name":"f"}})"));

  CHECK(listen(make, framed(payloads)).failure->code == ec::provider_failed);
}

TEST_CASE("the old function_call is a call") {
  CHECK(wholes(hear({delta(R"("function_call":{"name":"f","arguments":"{"})"),
                     delta(R"("function_call":{"arguments":"}"})"), finish("function_call")})) ==
        list{"f{}"});
}

TEST_CASE("reasoning is found in every field that servers use") {
  for (auto fields :
       {R"("reasoning_content":"hm")", R"("reasoning":"hm")",
        R"("reasoning":"hm","reasoning_content":"hm")",
        R"("reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm"}])",
        R"("reasoning_details":[{"type":"reasoning.summary","summary":"hm"}])",
        R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}])",
        R"("content":"<think>hm</think>")"}) {
    INFO(fields);
    auto got = hear({delta(fields), text("so"), finish("stop"), "[DONE]"});
    CHECK(got.reasoning == "hm");
    CHECK(got.reasoning_ends == 1);
    CHECK(got.text == "so");
  }
}

TEST_CASE("think tags may straddle chunks and count only at the start") {
  CHECK(hear({text("\\n<th"), text("ink>a <"), text("/b></thi"), text("nk>\\n"),
              text("\\nout <think>"), finish("stop")})
            .text == "out <think>");
  CHECK(hear({text("\\n<th"), text("ink>a <"), text("/b></thi"), text("nk>\\n"), text("x"),
              finish("stop")})
            .reasoning == "a </b>");
  CHECK(hear({text("use <think> here"), finish("stop")}).text == "use <think> here");
  CHECK(hear({text("<thin"), finish("stop")}).text == "<thin");
  CHECK(hear({text("<think>unclosed"), finish("length")}).reasoning == "unclosed");
}

TEST_CASE("reasoning details are merged and told before what follows them") {
  auto got = hear(
      {delta(
           R"("reasoning_details":[{"type":"reasoning.text","text":"a","index":0,"format":"f"}])"),
       delta(R"("reasoning_details":[)"
             R"({"type":"reasoning.text","text":"b","index":0,"signature":"s"}])"),
       calls(R"({"index":0,"id":"c","function":{"name":"f","arguments":"{}"}})"),
       delta(R"("reasoning_details":[)"
             R"({"type":"reasoning.encrypted","data":"xyz","id":"e","index":1}])"),
       finish("tool_calls")});

  REQUIRE(got.opaque.size() == 2);
  CHECK(got.opaque[0] ==
        R"({"reasoning_details":[)"
        R"({"format":"f","index":0,"signature":"s","type":"reasoning.text","text":"ab"}]})");
  CHECK(
      got.opaque[1] ==
      R"({"reasoning_details":[{"id":"e","index":1,"type":"reasoning.encrypted","data":"xyz"}]})");
  CHECK(got.reasoning == "ab");
}

TEST_CASE("an error inside the stream is a typed error") {
  auto code_of = [](const std::string& payload) {
    return hear({text("a"), payload}).failure.value_or(error{}).code;
  };

  CHECK(code_of(R"({"error":{"message":"x","type":"server_error"}})") == ec::provider_failed);
  CHECK(code_of(R"({"error":{"message":"x","code":429}})") == ec::rate_limited);
  CHECK(code_of(R"({"error":{"message":"x","code":"rate_limit_exceeded"}})") == ec::rate_limited);
  CHECK(code_of(R"({"error":"x"})") == ec::provider_failed);
  CHECK(code_of(R"({"error":{"code":"insufficient_quota"}})") == ec::quota_exceeded);
  CHECK(code_of(R"({"error":{"code":"context_length_exceeded"}})") == ec::context_overflow);
  CHECK(code_of(R"({"error":{"type":"invalid_request_error","message":"x"}})") ==
        ec::provider_refused);
  CHECK(code_of(R"({"object":"error","message":"x","code":400})") == ec::provider_refused);
  CHECK(code_of(R"({"choices":[{"delta":{},"finish_reason":"error","error":{"code":502}}]})") ==
        ec::provider_failed);
  CHECK(code_of(finish("error")) == ec::provider_failed);
  CHECK(code_of("{not json") == ec::provider_failed);
}

TEST_CASE("a decoder that failed stays failed") {
  auto decoder = make();
  std::vector<stream_chunk> out;
  CHECK_FALSE(decoder->feed("data: {\"error\":\"x\"}\n\n", out).ok());
  CHECK_FALSE(decoder->feed(framed({text("a"), finish("stop")}), out).ok());
  CHECK_FALSE(decoder->finish(body_end::orderly, out).ok());
  CHECK(out.empty());
}

TEST_CASE("an answer ends with [DONE], or with the body after a finish reason") {
  CHECK(hear({text("a"), finish("stop")}).stop == stop_reason::end);
  CHECK(hear({text("a"), "[DONE]"}).stop == stop_reason::end);
  CHECK(hear({text("a")}).failure->code == ec::stream_cut);
  CHECK(hear({}).failure->code == ec::stream_cut);

  auto got = hear({text("a"), finish("stop"), text("b"), "[DONE]", text("late"), finish("length"),
                   R"({"error":"late"})",
                   R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})"});
  CHECK(got.text == "ab");
  CHECK(got.stop == stop_reason::end);
  CHECK(got.spent == usage{3, 2, 0, 0, 0});
  CHECK_FALSE(got.late);
  CHECK(hear({text("a"), finish("stop"), R"({"error":"late"})"}).failure->code ==
        ec::provider_failed);
}

TEST_CASE("the reason of the end is translated") {
  CHECK(hear({finish("length")}).stop == stop_reason::length);
  CHECK(hear({finish("content_filter")}).stop == stop_reason::filtered);
  CHECK(hear({text("a"), finish("tool_calls")}).failure->code == ec::provider_failed);
  CHECK(hear({delta(R"("refusal":"no")"), finish("stop")}).stop == stop_reason::refusal);
  CHECK(hear({delta(R"("refusal":"no")"), finish("stop")}).text == "no");
}

TEST_CASE("usage is read wherever servers put it") {
  auto spent = [](const std::string& payload) { return hear({payload, finish("stop")}).spent; };
  auto groq = R"({"choices":[],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":1}}})";
  auto moonshot = R"({"choices":[{"index":0,"delta":{},)"
                  R"("usage":{"prompt_tokens":5,"completion_tokens":1,"cached_tokens":2}}]})";

  CHECK(spent(groq) == usage{5, 1, 0, 0, 0});
  CHECK(spent(moonshot) == usage{3, 1, 0, 2, 0});
}

TEST_CASE("half an emoji and bytes that are no UTF-8 do not end the stream") {
  auto got = hear({text("a\\ud83d"), text("\\ude00b\\\\ud83d"), text("\xff"), finish("stop")});

  CHECK(got.text == "a\U0001F600b\\ud83d\ufffd");
  CHECK(got.stop == stop_reason::end);
  CHECK(hear({text("\\ud83d\\ude00"), finish("stop")}).text == "\U0001F600");
}

TEST_CASE("a second choice, unknown fields and comments are skipped") {
  auto bytes = ": PROCESSING\n\n" +
               framed({R"({"choices":[{"index":1,"delta":{"content":"b"}}]})",
                       R"({"timings":{},"choices":null})", text("a"),
                       R"({"choices":[{"delta":{},"finish_reason":""}]})", finish("stop")});

  CHECK(listen(make, bytes).text == "a");
  CHECK(listen(make, bytes).stop == stop_reason::end);
}

TEST_CASE("a whole message at the end counts only where nothing was streamed") {
  auto whole = R"({"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]})";

  CHECK(hear({whole}).text == "a");
  CHECK(hear({text("a"), whole}).text == "a");
}
