#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/openai_responses.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

using list = std::vector<std::string>;

std::unique_ptr<stream_decoder> make() {
  return make_openai_responses()->decoder({"p/m"});
}

std::string event(const std::string& type, const std::string& fields) {
  return R"({"type":"response.)" + type + "\"" + (fields.empty() ? "" : ",") + fields + "}";
}

std::string at(int index) {
  return R"("output_index":)" + std::to_string(index);
}

std::string added(int index, const std::string& item) {
  return event("output_item.added", at(index) + R"(,"item":{)" + item + "}");
}

std::string done(int index, const std::string& item) {
  return event("output_item.done", at(index) + R"(,"item":{)" + item + "}");
}

std::string delta(int index, const std::string& type, const std::string& text,
                  const std::string& more = "") {
  return event(type + ".delta", at(index) + more + R"(,"delta":)" + json::quote(text));
}

std::string text(int index, const std::string& said) {
  return delta(index, "output_text", said);
}

std::string message(const std::string& said, const std::string& more = "") {
  return R"("type":"message","id":"m","content":[{"type":"output_text","text":)" +
         json::quote(said) + "}]" + more;
}

std::string call(const std::string& id, const std::string& name, const std::string& arguments) {
  return R"("type":"function_call","id":"fc_)" + id + R"(","call_id":")" + id + R"(","name":")" +
         name + R"(","arguments":)" + json::quote(arguments);
}

std::string reasoning(const list& summary, const std::string& more) {
  std::string parts;
  for (const auto& one : summary)
    parts += (parts.empty() ? "" : ",") + std::string(R"({"type":"summary_text","text":)") +
             json::quote(one) + "}";
  return R"("type":"reasoning","id":"rs","summary":[)" + parts + "]" + more;
}

std::string completed(const std::string& fields = R"("status":"completed","output":[])") {
  return event("completed", R"("response":{)" + fields + "}");
}

heard hear(const list& payloads) {
  auto bytes = framed(payloads);
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  return got;
}

/// Every chunk in order, for tests of the order.
list script(const list& payloads) {
  auto decoder = make();
  std::vector<stream_chunk> chunks;
  for (const auto& payload : payloads)
    REQUIRE(decoder->feed("data: " + payload + "\n\n", chunks).ok());
  list out;
  for (const auto& chunk : chunks) {
    constexpr std::string_view letters = "TRepbicOUS";
    auto kind = static_cast<size_t>(chunk.kind);
    out.push_back(letters[kind] + chunk.text + chunk.tool);
  }
  return out;
}

list wholes(const heard& from) {
  list out;
  for (const auto& [index, one] : from.calls)
    if (one.ended)
      out.push_back(one.id + ":" + one.tool + one.whole);
  return out;
}

} // namespace

TEST_CASE("items stay apart by their number, whatever their ids") {
  auto got = hear({added(0, call("a", "read", "")), added(1, call("b", "glob", "")),
                   delta(1, "function_call_arguments", R"({"x")", R"(,"item_id":"other")"),
                   delta(0, "function_call_arguments", R"({"p":1})", R"(,"item_id":"new")"),
                   delta(1, "function_call_arguments", ":2}"),
                   done(0, R"("id":"third",)" + call("a", "read", R"({"p":1})")),
                   done(1, call("b", "glob", R"({"x":2})")), completed()});

  CHECK(wholes(got) == list{R"(a:read{"p":1})", R"(b:glob{"x":2})"});
  CHECK(got.calls[1].streamed == R"({"x":2})");
  CHECK(got.stop == stop_reason::tool_calls);
}

TEST_CASE("deltas without a number belong to the item of their id, or the last one") {
  auto item = [](const std::string& type, const std::string& fields) {
    return event("output_item." + type, R"("item":{)" + fields + "}");
  };
  auto piece = [](const std::string& fields) {
    return event("function_call_arguments.delta", fields);
  };

  auto got = hear({item("added", call("a", "f", "")), item("added", call("b", "g", "")),
                   piece(R"("item_id":"fc_a","delta":"{\"x\":1}")"),
                   piece(R"("item_id":"unknown","delta":"{}")"),
                   item("done", call("a", "f", R"({"x":1})")), item("done", call("b", "g", "{}")),
                   completed()});

  CHECK(wholes(got) == list{R"(a:f{"x":1})", "b:g{}"});
}

TEST_CASE("what no delta told is told once from what is complete") {
  auto once = [](const list& payloads) {
    auto got = hear(payloads);
    return got.text + "|" + got.reasoning + "|" + (got.calls.empty() ? "" : wholes(got)[0]);
  };
  auto text_done = event("output_text.done", at(0) + R"(,"text":"hi")");

  CHECK(once({done(0, message("hi")), completed()}) == "hi||");
  CHECK(once({text(0, "h"), done(0, message("hi")), completed()}) == "hi||");
  CHECK(once({text(0, "hi"), text_done, done(0, message("hi")), completed()}) == "hi||");
  CHECK(once({text_done, done(0, message("hi")), done(0, message("hi")), completed()}) == "hi||");
  CHECK(once({text(0, "other"), done(0, message("hi")), completed()}) == "other||");
  CHECK(once({done(0, message("hi")), text(0, "late"), completed()}) == "hi||");
  CHECK(once({text(0, "hi"), completed(R"("output":[{)" + message("hi") + "}]")}) == "hi||");
  CHECK(once({completed(R"("output":[{)" + message("hi") + "}]")}) == "hi||");
  CHECK(once({done(0, reasoning({"a", "b"}, "")), completed()}) == "|a\n\nb|");
  CHECK(once({done(0, call("c", "f", R"({"x":1})")), completed()}) == R"(||c:f{"x":1})");
  CHECK(once({added(0, call("c", "f", "")),
              completed(R"("output":[{)" + call("c", "f", "[]") + "}]")}) == "||c:f[]");
  CHECK(once({added(0, call("c", "f", "")),
              event("function_call_arguments.done", at(0) + R"(,"arguments":"{\"x\":1}")"),
              completed()}) == R"(||c:f{"x":1})");
}

TEST_CASE("the complete arguments have the last word") {
  auto got = hear({added(0, call("a", "f", "")), delta(0, "function_call_arguments", R"({"x":)"),
                   done(0, call("a", "f", R"({"y":2})")), completed()});

  CHECK(wholes(got) == list{R"(a:f{"y":2})"});
}

TEST_CASE("arguments beyond their bound are cut, but not below it") {
  auto huge = std::string(2 * limits::tool_input_bytes, 'x');

  auto end = framed({done(0, call("a", "f", huge)), completed()});

  CHECK(listen(make, end).calls[0].whole.size() > limits::tool_input_bytes);
  CHECK(listen(make, framed({added(0, call("a", "f", ""))}) + end).calls[0].whole.size() ==
        limits::tool_input_bytes + 1);
}

TEST_CASE("a gateway that numbers every item 0 has them kept apart by their ids") {
  auto got = hear({done(0, call("a", "f", "{}")), done(0, call("b", "f", "{}")), completed()});

  CHECK(wholes(got) == list{"a:f{}", "b:f{}"});
}

TEST_CASE("no arguments are an empty object, unless the answer was cut short") {
  CHECK(wholes(hear({added(0, call("a", "f", "")), done(0, call("a", "f", "")), completed()})) ==
        list{"a:f{}"});
  CHECK(wholes(hear({added(0, call("a", "f", "")),
                     event("incomplete", R"("response":{"status":"incomplete"})")})) ==
        list{"a:f"});
}

TEST_CASE("parts come in order, each with what is opaque right behind it") {
  CHECK(script({added(0, reasoning({}, "")),
                delta(0, "reasoning_summary_text", "a", R"(,"summary_index":0)"),
                delta(0, "reasoning_summary_text", "b", R"(,"summary_index":1)"),
                done(0, reasoning({"a", "b"}, R"(,"encrypted_content":"s")")),
                done(1, reasoning({}, R"(,"encrypted_content":"t")")), text(2, "x"),
                done(2, message("x", R"(,"phase":"commentary")")), text(3, "y"),
                done(3, message("y")), done(4, call("c", "f", "{}")), text(5, "z"), completed()}) ==
        list{"Ra\n\nb",
             R"(O{"type":"reasoning","summary":[{"type":"summary_text","text":"a"},)"
             R"({"type":"summary_text","text":"b"}],"encrypted_content":"s"})",
             "e", "p", "R", R"(O{"type":"reasoning","summary":[],"encrypted_content":"t"})", "e",
             "Tx", R"(O{"phase":"commentary"})", "p", "Ty", "bf", "i{}", "Tz", "c{}f", "S"});
}

TEST_CASE("reasoning ends where something else begins, sealed or not") {
  CHECK(script({delta(0, "reasoning_text", "a", R"(,"content_index":0)"), text(1, "x"),
                completed()}) == list{"Ra", "e", "Tx", "S"});
  CHECK(script({delta(0, "reasoning_text", "a"), added(1, call("c", "f", "")), completed()}) ==
        list{"Ra", "e", "bf", "c{}f", "S"});
  CHECK(script({done(0, reasoning({}, "")), text(1, "x"), completed()}) == list{"Tx", "S"});
}

TEST_CASE("what is sealed beyond the bound is not kept") {
  auto huge = R"(,"encrypted_content":")" + std::string(2 << 20, 'x') + "\"";

  CHECK(listen(make, framed({done(0, reasoning({"a"}, huge)), completed()})).opaque.empty());
}

TEST_CASE("a refusal is text and a reason to stop") {
  auto refusal = R"("type":"message","content":[{"type":"refusal","refusal":"no"}])";

  CHECK(hear({delta(0, "refusal", "no"), done(0, refusal), completed()}).text == "no");
  CHECK(hear({delta(0, "refusal", "no"), completed()}).stop == stop_reason::refusal);
  CHECK(hear({done(0, refusal), completed()}).stop == stop_reason::refusal);
}

TEST_CASE("the end says why") {
  auto incomplete = [](const std::string& reason) {
    return hear({text(0, "a"), event("incomplete", R"("response":{"status":"incomplete",)"
                                                   R"("incomplete_details":{"reason":")" +
                                                       reason + "\"}}")})
        .stop;
  };

  CHECK(incomplete("max_output_tokens") == stop_reason::length);
  CHECK(incomplete("content_filter") == stop_reason::filtered);
  CHECK(incomplete("new") == stop_reason::length);
  CHECK(hear({event("incomplete", R"("response":{"status":"incomplete",)"
                                  R"("incomplete_details":{"reason":"content_filter"}})")})
            .stop == stop_reason::filtered);
  CHECK(hear({event("incomplete", "")}).stop == stop_reason::length);
  CHECK(hear({text(0, "a"), completed(R"("status":"incomplete")")}).stop == stop_reason::length);
  CHECK(hear({text(0, "a"), event("completed", "")}).stop == stop_reason::end);
  CHECK(hear({completed()}).stop == stop_reason::end);
}

TEST_CASE("an end without any answer fails") {
  CHECK(hear({event("completed", "")}).failure->code == ec::provider_failed);
  CHECK(hear({event("completed", R"("response":7)")}).failure->code == ec::provider_failed);
}

TEST_CASE("cached tokens are no input") {
  auto got = hear({text(0, "a"), completed(R"("usage":{"input_tokens":10,"input_tokens_details":)"
                                           R"({"cached_tokens":4},"output_tokens":7,)"
                                           R"("output_tokens_details":{"reasoning_tokens":3}})")});

  CHECK(got.spent == usage{6, 7, 3, 4, 0});
}

TEST_CASE("errors come flat, nested, named by the event or in the response, and once") {
  auto code_of = [](const list& payloads) {
    auto got = hear(payloads);
    CHECK_FALSE(got.stop);
    return got.failure.value_or(error{}).code;
  };
  auto failed = [](const std::string& fields) {
    return event("failed", R"("response":{"status":"failed",)" + fields + "}");
  };

  CHECK(code_of({R"({"type":"error","code":"rate_limit_exceeded","message":"x"})"}) ==
        ec::rate_limited);
  CHECK(code_of({R"({"type":"error","error":{"code":"insufficient_quota"}})",
                 failed(R"("error":{"code":"server_error"})")}) == ec::quota_exceeded);
  CHECK(code_of({R"({"error":{"message":"x","type":"server_error"}})"}) == ec::provider_failed);
  CHECK(code_of({failed(R"("error":{"code":"context_length_exceeded","message":"x"})")}) ==
        ec::context_overflow);
  CHECK(code_of({failed(R"("error":{"code":"invalid_prompt"})")}) == ec::provider_refused);
  CHECK(code_of({failed(R"("error":null)")}) == ec::provider_failed);
  CHECK(code_of({completed(R"("status":"cancelled")")}) == ec::provider_failed);
  CHECK(code_of({"{broken"}) == ec::provider_failed);
  CHECK(listen(make, R"(error: {"code":500,"message":"x"})"
                     "\n\n")
            .failure->code == ec::provider_failed);
  CHECK(listen(make, "event: error\ndata: {\"code\":\"rate_limit_exceeded\"}\n\n").failure->code ==
        ec::rate_limited);
}

TEST_CASE("without its end an answer is cut, with or without [DONE]") {
  CHECK(hear({text(0, "a")}).failure->code == ec::stream_cut);
  CHECK(hear({done(0, message("a")), "[DONE]"}).failure->code == ec::stream_cut);
  CHECK(hear({done(0, message("a")), completed(), "[DONE]", "{broken"}).stop == stop_reason::end);
}

TEST_CASE("the event's name stands in for a missing type") {
  auto bytes = "event: response.output_text.delta\ndata: {\"output_index\":0,\"delta\":\"a\"}\n\n" +
               framed({completed()});

  CHECK(listen(make, bytes).text == "a");
}

TEST_CASE("hosted tools, unknown events and wrong types are skipped") {
  auto got =
      hear({added(0, R"("type":"web_search_call","id":"ws")"),
            event("web_search_call.searching", at(0)), done(0, R"("type":"web_search_call")"),
            added(1, R"("type":"custom_tool_call","call_id":"c","name":"f","input":"")"),
            event("custom_tool_call_input.delta", at(1) + R"(,"delta":"x")"),
            event("output_item.added", R"("item":7)"), event("output_item.done", ""),
            event("output_text.delta", R"("output_index":"x","delta":{})"),
            event("output_text.delta", R"("output_index":2,"delta":"a")"), R"({"choices":[]})",
            "{}", completed(R"("output":[7,{}],"usage":3,"incomplete_details":[])")});

  CHECK(got.text == "a");
  CHECK(got.calls.empty());
  CHECK(got.stop == stop_reason::end);
}

TEST_CASE("an event that lacks its last brace is read, one that was cut off is not") {
  auto end = completed();
  end.pop_back();

  CHECK(hear({text(0, "a"), end}).stop == stop_reason::end);
  CHECK(listen(make, framed({text(0, "a")}) + "data: " + end).failure->code == ec::stream_cut);
  end.resize(end.find("completed") + 3);
  CHECK(hear({text(0, "a"), end}).failure->code == ec::provider_failed);
}

TEST_CASE("too many items fail") {
  list payloads;
  for (int i = 0; i < 5000; ++i)
    payloads.push_back(added(i, R"("type":"x")"));

  CHECK(listen(make, framed(payloads)).failure->code == ec::provider_failed);
}
