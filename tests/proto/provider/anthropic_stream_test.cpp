#include "proto/limits.hpp"
#include "proto/provider/anthropic.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

using list = std::vector<std::string>;

std::unique_ptr<stream_decoder> make() {
  return make_anthropic()->decoder({"p/m"});
}

const std::string begin =
    R"({"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}})";
const std::string end = R"({"type":"message_stop"})";

std::string start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}

std::string start_text(int index) {
  return start(index, R"({"type":"text","text":""})");
}

std::string start_thinking(int index) {
  return start(index, R"({"type":"thinking","thinking":"","signature":""})");
}

std::string start_call(int index, const std::string& id, const std::string& name = "f") {
  return start(index,
               R"({"type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{}})");
}

std::string delta(int index, const std::string& fields) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":{)" +
         fields + "}}";
}

std::string text(int index, const std::string& escaped) {
  return delta(index, R"("type":"text_delta","text":")" + escaped + "\"");
}

std::string thinking(int index, const std::string& escaped) {
  return delta(index, R"("type":"thinking_delta","thinking":")" + escaped + "\"");
}

std::string signature(int index, const std::string& data) {
  return delta(index, R"("type":"signature_delta","signature":")" + data + "\"");
}

std::string input(int index, const std::string& escaped) {
  return delta(index, R"("type":"input_json_delta","partial_json":")" + escaped + "\"");
}

std::string stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

std::string reason(const std::string& word) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + word + R"("}})";
}

/// Whole and byte by byte must agree.
heard hear(const list& payloads) {
  auto bytes = framed(payloads);
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  return got;
}

list wholes(const heard& from) {
  list out;
  for (const auto& [index, call] : from.calls)
    if (call.ended)
      out.push_back(call.tool + call.whole);
  return out;
}

/// The chunks of which parts are made, in their order.
list sketch(const list& payloads) {
  auto decoder = make();
  std::vector<stream_chunk> chunks;
  REQUIRE(decoder->feed(framed(payloads), chunks));
  REQUIRE(decoder->finish(body_end::orderly, chunks));
  list out;
  for (const auto& chunk : chunks) {
    if (chunk.kind == chunk_kind::text)
      out.push_back("text " + chunk.text);
    else if (chunk.kind == chunk_kind::reasoning)
      out.push_back("reasoning " + chunk.text);
    else if (chunk.kind == chunk_kind::opaque)
      out.push_back("opaque " + chunk.text);
    else if (chunk.kind == chunk_kind::part_end)
      out.emplace_back("part_end");
    else if (chunk.kind == chunk_kind::tool_begin)
      out.push_back("call " + chunk.call_id);
  }
  return out;
}

} // namespace

TEST_CASE("blocks are told apart by their index, whatever their order") {
  auto got = hear({begin, start_call(1, "a", "read"), start_call(2, "b", "glob"),
                   input(2, R"({\"x\":)"), input(1, R"({\"p\":)"), input(2, "2}"), stop(2),
                   input(1, "1}"), stop(1), reason("tool_use"), end});

  CHECK(wholes(got) == list{R"(read{"p":1})", R"(glob{"x":2})"});
  CHECK(got.calls[1].id == "b");
  CHECK(got.stop == stop_reason::tool_calls);
}

TEST_CASE("a stream without indexes goes by order") {
  auto got = hear({begin, R"({"type":"content_block_start","content_block":{"type":"text"}})",
                   R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}})",
                   R"({"type":"content_block_stop"})",
                   R"({"type":"content_block_start",)"
                   R"("content_block":{"type":"tool_use","id":"c","name":"f"}})",
                   R"({"type":"content_block_delta",)"
                   R"("delta":{"type":"input_json_delta","partial_json":"{}"}})",
                   R"({"type":"content_block_stop"})", reason("tool_use"), end});

  CHECK(got.text == "a");
  CHECK(wholes(got) == list{"f{}"});
}

TEST_CASE("an index that serves again is another block") {
  auto got = hear({begin, start_call(0, "a"), input(0, R"({\"x\":1})"), stop(0), start_call(0, "b"),
                   input(0, R"({\"x\":2})"), start_call(0, "c"), reason("tool_use"), end});

  CHECK(wholes(got) == list{R"(f{"x":1})", R"(f{"x":2})", "f{}"});
}

TEST_CASE("what is said twice counts once") {
  auto got = hear({begin,
                   begin,
                   start_thinking(0),
                   start_thinking(0),
                   thinking(0, "hm"),
                   begin,
                   signature(0, "s"),
                   signature(0, "s"),
                   stop(0),
                   stop(0),
                   start_call(1, "a"),
                   start_call(1, "a"),
                   input(1, "{}"),
                   stop(1),
                   reason("tool_use"),
                   reason("tool_use"),
                   end,
                   end,
                   begin,
                   start_text(2),
                   text(2, "late"),
                   end});

  CHECK(got.reasoning == "hm");
  CHECK(got.reasoning_ends == 1);
  CHECK(got.opaque == list{R"({"signature":"s"})"});
  CHECK(wholes(got) == list{"f{}"});
  CHECK(got.text.empty());
  CHECK_FALSE(got.late);
}

TEST_CASE("no arguments are an empty object, broken ones come as they are") {
  auto end_of = [](const list& pieces, const std::string& word) {
    list payloads{begin, start_call(0, "a")};
    for (const auto& piece : pieces)
      payloads.push_back(input(0, piece));
    payloads.insert(payloads.end(), {stop(0), reason(word), end});
    return wholes(hear(payloads));
  };

  CHECK(end_of({}, "tool_use") == list{"f{}"});
  CHECK(end_of({""}, "tool_use") == list{"f{}"});
  CHECK(end_of({"", " "}, "end_turn") == list{"f{}"});
  CHECK(end_of({"[1]"}, "tool_use") == list{"f[1]"});
  CHECK(end_of({R"({\"x\")"}, "tool_use") == list{R"(f{"x")"});
  CHECK(end_of({R"({\"x\")"}, "max_tokens") == list{R"(f{"x")"});
  CHECK(end_of({}, "max_tokens") == list{"f"});
  CHECK(end_of({}, "refusal") == list{"f"});
  CHECK(end_of({R"({\"x\":1})"}, "max_tokens") == list{R"(f{"x":1})"});
}

TEST_CASE("only the last call can have lost its arguments to the output limit") {
  CHECK(wholes(hear({begin, start_call(0, "a"), input(0, ""), stop(0), start_call(1, "b", "g"),
                     stop(1), reason("max_tokens"), end})) == list{"f{}", "g"});
}

TEST_CASE("a block that comes whole with its start is taken") {
  auto call = R"({"type":"tool_use","id":"a","name":"f","input":{"x":1}})";

  CHECK(hear({begin, start(0, R"({"type":"text","text":"hi"})"), end}).text == "hi");
  CHECK(wholes(hear({begin, start(0, call), stop(0), end})) == list{R"(f{"x":1})"});
  CHECK(wholes(hear({begin, start(0, call), input(0, R"({\"x\":2})"), stop(0), end})) ==
        list{R"(f{"x":2})"});
  auto text_input = R"({"type":"tool_use","id":"a","name":"f","input":"{\"x\":3}"})";
  CHECK(wholes(hear({begin, start(0, text_input), stop(0), end})) == list{R"(f{"x":3})"});
  CHECK(wholes(hear({begin, start_call(0, "a"),
                     delta(0, R"("type":"input_json_delta","partial_json":{"x":4})"), stop(0),
                     end})) == list{R"(f{"x":4})"});
  CHECK(sketch({begin, start(0, R"({"type":"thinking","thinking":"hm","signature":"s"})"), stop(0),
                end}) == list{"reasoning hm", R"(opaque {"signature":"s"})"});
}

TEST_CASE("text without the start of its block is not lost") {
  CHECK(hear({begin, text(0, "hi"), stop(0), reason("end_turn"), end}).text == "hi");
}

TEST_CASE("withheld and redacted reasoning become parts of their own") {
  CHECK(sketch({begin, start_thinking(0), signature(0, "s0"), stop(0),
                start(1, R"({"type":"redacted_thinking","data":"d1"})"), stop(1),
                start(2, R"({"type":"redacted_thinking","data":"d2"})"), stop(2), start_thinking(3),
                thinking(3, "hm"), thinking(3, ""), signature(3, "s3"), stop(3), start_call(4, "a"),
                stop(4), start_thinking(5), thinking(5, "so"), stop(5), end}) ==
        list{"reasoning ", R"(opaque {"signature":"s0"})", "part_end", "reasoning ",
             R"(opaque {"redacted":"d1"})", "part_end", "reasoning ", R"(opaque {"redacted":"d2"})",
             "part_end", "reasoning hm", R"(opaque {"signature":"s3"})", "call a", "reasoning so"});
}

TEST_CASE("blocks of text are parts, and empty ones are none") {
  CHECK(sketch({begin, start_text(0), text(0, "a"), text(0, "b"), stop(0), start_text(1), stop(1),
                start_text(2), text(2, "c"), stop(2), end}) ==
        list{"text ab", "part_end", "text c"});
}

TEST_CASE("reasoning that is not as it was sent gets no signature") {
  CHECK(hear({begin, start_thinking(0), thinking(0, "a"), start_text(1), text(1, "x"),
              thinking(0, "b"), signature(0, "s"), stop(0), stop(1), end})
            .opaque.empty());
  CHECK(hear({begin, start_thinking(0), thinking(0, "a\\ud83d"), signature(0, "s"), stop(0), end})
            .opaque.empty());
  std::string huge(limits::opaque_bytes + 1, 's');
  CHECK(listen(make, framed({begin, start_thinking(0), thinking(0, "a"), signature(0, huge),
                             stop(0), end}))
            .opaque.empty());
}

TEST_CASE("a signature is kept byte for byte") {
  CHECK(hear({begin, start_thinking(0), thinking(0, "\\u00e9\\n \\\"q\\\" "),
              signature(0, "a\\/b+c=\\u0041"), stop(0), end})
            .opaque == list{R"({"signature":"a/b+c=A"})"});
}

TEST_CASE("blocks and deltas of unknown kinds are skipped") {
  auto got = hear({begin, start(0, R"({"type":"server_tool_use","id":"s","name":"web_search"})"),
                   input(0, R"({\"q\":1})"), stop(0),
                   start(1, R"({"type":"web_search_tool_result","content":[]})"), stop(1),
                   start_text(2), delta(2, R"("type":"citations_delta","citation":{})"),
                   text(2, "a"), input(2, "{}"), thinking(2, "no"), stop(2), R"({"type":"ping"})",
                   R"({"type":"news","delta":{}})", R"({"type":"content_block_start","index":3})",
                   R"({"no":"type"})", reason("end_turn"), end});

  CHECK(got.text == "a");
  CHECK(got.reasoning.empty());
  CHECK(got.calls.empty());
  CHECK(got.stop == stop_reason::end);
}

TEST_CASE("the reason of the end is translated") {
  auto stop_of = [](const std::string& word) {
    return hear({begin, start_text(0), text(0, "a"), stop(0), reason(word), end}).stop;
  };

  CHECK(stop_of("end_turn") == stop_reason::end);
  CHECK(stop_of("stop_sequence") == stop_reason::end);
  CHECK(stop_of("max_tokens") == stop_reason::length);
  CHECK(stop_of("pause_turn") == stop_reason::pause);
  CHECK(stop_of("refusal") == stop_reason::refusal);
  CHECK(stop_of("model_context_window_exceeded") == stop_reason::context_full);
  CHECK(stop_of("new_reason") == stop_reason::end);
  CHECK(hear({begin, text(0, "a"), reason("tool_use"), end}).failure); // There was no call.
  CHECK(hear({begin, start_text(0), text(0, "a"), stop(0), end}).stop == stop_reason::end);
  CHECK(hear({begin, start_call(0, "a"), stop(0), reason("end_turn"), end}).stop ==
        stop_reason::tool_calls);
}

TEST_CASE("a refusal is explained after what was said") {
  auto refusal = R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                 R"("stop_details":{"type":"refusal","explanation":"no"}}})";
  auto unexplained = R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                     R"("stop_details":{"type":"refusal","explanation":null}}})";

  CHECK(sketch({begin, start_text(0), text(0, "a"), stop(0), refusal, refusal, end}) ==
        list{"text a", "part_end", "text no"});
  CHECK(sketch({begin, unexplained, end}).empty());
}

TEST_CASE("counts replace one another and are never added") {
  auto spent = [](const std::string& first, const std::string& last) {
    return hear({R"({"type":"message_start","message":{"usage":)" + first + "}}",
                 R"({"type":"message_delta","delta":{},"usage":)" + last + "}", end})
        .spent;
  };

  CHECK(spent(R"({"input_tokens":12,"cache_creation_input_tokens":7,)"
              R"("cache_read_input_tokens":900,"output_tokens":1})",
              R"({"output_tokens":57,"output_tokens_details":{"thinking_tokens":40}})") ==
        usage{12, 57, 40, 900, 7});
  CHECK(spent(R"({"input_tokens":12,"output_tokens":1})",
              R"({"input_tokens":null,"cache_read_input_tokens":4,"output_tokens":5})") ==
        usage{12, 5, 0, 4, 0});
  CHECK(spent(R"({"input_tokens":0,"output_tokens":0})",
              R"({"input_tokens":9,"output_tokens":5})") == usage{9, 5, 0, 0, 0});
  CHECK(spent(R"({"input_tokens":9,"output_tokens":1})",
              R"({"input_tokens":0,"output_tokens":5})") == usage{9, 5, 0, 0, 0});
  CHECK(spent(R"({"cache_creation":)"
              R"({"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3}})",
              "{}") == usage{0, 0, 0, 0, 5});
  CHECK(spent(R"({"input_tokens":-5,"output_tokens":1e3})", R"({"output_tokens":"x"})") ==
        usage{0, 0, 0, 0, 0});
}

TEST_CASE("an error inside a Messages stream is a typed error") {
  auto code_of = [](const std::string& payload) {
    return hear({begin, start_text(0), text(0, "a"), payload}).failure.value_or(error{}).code;
  };
  auto typed = [](const std::string& type) {
    return R"({"type":"error","error":{"type":")" + type + R"(","message":"x"}})";
  };

  CHECK(code_of(typed("overloaded_error")) == ec::provider_overloaded);
  CHECK(code_of(typed("api_error")) == ec::provider_failed);
  CHECK(code_of(typed("timeout_error")) == ec::provider_failed);
  CHECK(code_of(typed("rate_limit_error")) == ec::rate_limited);
  CHECK(code_of(typed("authentication_error")) == ec::provider_auth);
  CHECK(code_of(typed("permission_error")) == ec::provider_auth);
  CHECK(code_of(typed("billing_error")) == ec::quota_exceeded);
  CHECK(code_of(typed("invalid_request_error")) == ec::provider_refused);
  CHECK(code_of(typed("request_too_large")) == ec::context_overflow);
  CHECK(code_of(R"({"error":{"message":"prompt is too long"}})") == ec::context_overflow);
  CHECK(code_of(R"({"type":"error"})") == ec::provider_failed);
  CHECK(code_of("{not json") == ec::provider_failed);
  CHECK(code_of("[]") == ec::provider_failed);
}

TEST_CASE("an error is known by the name of its event alone") {
  auto code_of = [](const std::string& data) {
    return listen(make, "event: error\ndata: " + data + "\n\n").failure.value_or(error{}).code;
  };

  CHECK(code_of(R"({"error":{"type":"rate_limit_error"}})") == ec::rate_limited);
  CHECK(code_of(R"({"type":"overloaded_error","message":"x"})") == ec::provider_overloaded);
  CHECK(code_of("upstream gone") == ec::provider_failed);
}

TEST_CASE("a Messages decoder that failed stays failed, and ends no call") {
  auto decoder = make();
  std::vector<stream_chunk> out;
  auto failed = framed({begin, start_call(0, "a"), input(0, "{}"), stop(0),
                        R"({"type":"error","error":{"type":"overloaded_error"}})"});

  CHECK_FALSE(decoder->feed(failed, out).ok());
  CHECK_FALSE(decoder->feed(framed({reason("tool_use"), end}), out).ok());
  CHECK_FALSE(decoder->finish(body_end::orderly, out).ok());
  for (const auto& chunk : out)
    CHECK(chunk.kind != chunk_kind::tool_end);
}

TEST_CASE("nothing but the end marker completes an answer") {
  CHECK(hear({}).failure->code == ec::stream_cut);
  CHECK(hear({begin}).failure->code == ec::stream_cut);
  CHECK(hear({begin, start_text(0), text(0, "a"), stop(0), reason("end_turn"), "[DONE]"})
            .failure->code == ec::stream_cut);
  CHECK(hear({begin, start_text(0), text(0, "a"), end}).stop == stop_reason::end);
  CHECK(hear({begin, end, "{not json", R"({"type":"error"})", "[DONE]"}).stop == stop_reason::end);
}

TEST_CASE("hostile numbers of blocks and calls fail") {
  auto code_of = [](const std::function<std::string(int)>& block) {
    list payloads{begin};
    for (int i = 0; i <= static_cast<int>(limits::calls_per_answer); ++i)
      payloads.push_back(block(i));
    return listen(make, framed(payloads)).failure->code;
  };

  CHECK(code_of(start_text) == ec::provider_failed);
  CHECK(code_of([](int i) { return start_call(0, "c" + std::to_string(i)); }) ==
        ec::provider_failed);
  CHECK(hear({begin,
              R"({"type":"content_block_start","index":9223372036854775807,)"
              R"("content_block":{"type":"text","text":"a"}})",
              R"({"type":"content_block_start","content_block":{"type":"text"}})",
              R"({"type":"content_block_stop","index":-9223372036854775808})", end})
            .text == "a");
}

TEST_CASE("half an emoji and bytes that are no UTF-8 do not end a Messages stream") {
  auto got = hear({begin, start_text(0), text(0, "a\\ud83d"), text(0, "\xff"), stop(0), end});

  CHECK(got.text == "a\ufffd\ufffd");
  CHECK(got.stop == stop_reason::end);
}
