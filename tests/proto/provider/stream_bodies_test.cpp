// Bodies that are no event stream, errors in place of an answer, what stands only at an answer's
// end, and characters that come in halves, for all formats.
#include "proto/provider/anthropic.hpp"
#include "proto/provider/gemini.hpp"
#include "proto/provider/openai_chat.hpp"
#include "proto/provider/openai_responses.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

using list = std::vector<std::string>;

decoder_maker chat = [] { return make_openai_chat()->decoder({"p/m"}); };
decoder_maker responses = [] { return make_openai_responses()->decoder({"p/m"}); };
decoder_maker anthropic = [] { return make_anthropic()->decoder({"p/m"}); };
decoder_maker gemini = [] { return make_gemini()->decoder({"p/m"}); };

const std::vector<std::pair<std::string, decoder_maker>> formats{
    {"chat", chat}, {"responses", responses}, {"anthropic", anthropic}, {"gemini", gemini}};

heard hear(const decoder_maker& make, const std::string& bytes) {
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  CHECK_FALSE(got.late);
  return got;
}

error failure_of(const decoder_maker& make, const std::string& bytes) {
  auto got = hear(make, bytes);
  CHECK_FALSE(got.stop);
  return got.failure.value_or(make_error(ec::internal, "no failure"));
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// How a body ends that was cut off after these bytes.
result<void> cut_after(const decoder_maker& make, const std::string& bytes, body_end how) {
  auto decoder = make();
  std::vector<stream_chunk> chunks;
  if (auto fed = decoder->feed(bytes, chunks); !fed)
    return fed;
  return decoder->finish(how, chunks);
}

std::string delta(const std::string& fields, const std::string& reason = "null") {
  return R"({"choices":[{"index":0,"delta":{)" + fields + R"(},"finish_reason":)" + reason + "}]}";
}

} // namespace

TEST_CASE("a whole answer as JSON is the answer") {
  const std::string completion =
      R"({"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",)"
      R"("content":"All.","tool_calls":[{"id":"a","type":"function","function":{"name":"f",)"
      R"("arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}],)"
      R"("usage":{"prompt_tokens":4,"completion_tokens":6}})";
  const std::string message =
      R"({"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"All."},)"
      R"({"type":"tool_use","id":"a","name":"f","input":{"x":1}}],"stop_reason":"tool_use",)"
      R"("usage":{"input_tokens":4,"output_tokens":6}})";
  const std::string response =
      R"({"id":"r","object":"response","status":"completed","error":null,"output":[)"
      R"({"type":"message","content":[{"type":"output_text","text":"All."}]},)"
      R"({"type":"function_call","id":"fc","call_id":"a","name":"f","arguments":"{\"x\":1}"}],)"
      R"("usage":{"input_tokens":4,"output_tokens":6}})";
  const std::string candidates =
      R"({"candidates":[{"content":{"parts":[{"text":"All."},{"functionCall":{"id":"a","name":"f",)"
      R"("args":{"x":1}}}]},"finishReason":"STOP"}],)"
      R"("usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":6}})";
  const std::vector<std::pair<decoder_maker, std::string>> rows{
      {chat, completion},          {chat, "\xef\xbb\xbf\r\n " + completion + "\n"},
      {anthropic, message},        {responses, response},
      {gemini, candidates},        {gemini, "[" + candidates + "]"},
      {chat, framed({completion})}};
  for (const auto& [make, body] : rows) {
    INFO(body);
    auto got = hear(make, body);
    CHECK(got.text == "All.");
    CHECK(got.calls[0].id == "a");
    CHECK(got.calls[0].tool == "f");
    CHECK(got.calls[0].whole == R"({"x":1})");
    CHECK(got.stop == stop_reason::tool_calls);
    CHECK(got.spent == usage{4, 6, 0, 0, 0});
    CHECK_FALSE(got.failure);
  }
  auto half = completion.substr(0, completion.size() - 20);
  CHECK(failure_of(chat, half).code == ec::stream_cut);
}

TEST_CASE("lines of JSON are events") {
  auto lines = delta(R"("content":"a")") + "\n" + delta(R"("content":"b")") + "\r\n" +
               delta("", R"("stop")") + "\n";
  CHECK(hear(chat, lines).text == "ab");
  CHECK(hear(chat, lines).stop == stop_reason::end);
  auto own = R"({"message":{"role":"assistant","content":"a","thinking":"hm"},"done":false})"
             "\n"
             R"({"message":{"content":"","tool_calls":[{"function":{"name":"f",)"
             R"("arguments":{"x":1}}}]},"done":false})"
             "\n"
             R"({"message":{"content":""},"done":true,"done_reason":"stop"})"
             "\n";
  CHECK(hear(chat, own).text == "a");
  CHECK(hear(chat, own).reasoning == "hm");
  CHECK(hear(chat, own).calls[0].whole == R"({"x":1})");
  CHECK(hear(chat, own).stop == stop_reason::tool_calls);
}

TEST_CASE("events that one line end parts are events") {
  const list said{delta(R"("content":"a")"), delta(R"("content":"b")"), delta("", R"("stop")")};
  const list claude{
      R"({"type":"message_start","message":{"usage":{"input_tokens":1}}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ab"}})",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})",
      R"({"type":"message_stop"})"};
  for (std::string end : {"\n", "\r\n"}) {
    std::string chat_lines, named_lines;
    for (const auto& one : said)
      chat_lines += "data: " + one + end;
    for (const auto& one : claude)
      named_lines += "event: " + one.substr(9, one.find('"', 9) - 9) + end + "data: " + one + end;
    CHECK(failure_of(chat, chat_lines.substr(0, chat_lines.size() / 2)).code == ec::stream_cut);
    chat_lines += "data: [DONE]" + end;
    CHECK(hear(chat, chat_lines).text == "ab");
    CHECK(hear(chat, chat_lines).stop == stop_reason::end);
    CHECK(hear(chat, chat_lines + end).text == "ab");
    CHECK(hear(anthropic, named_lines).text == "ab");
    CHECK(hear(anthropic, named_lines).stop == stop_reason::end);
  }
  auto broken = "data: " + said[0] + R"(
data: {"error":{"message":"the cabbage is off"}}
)";
  CHECK(holds(failure_of(chat, broken).context, "cabbage"));
}

TEST_CASE("one object over several lines of an event is one") {
  CHECK(hear(chat, "data: {\"choices\":\ndata: [{\"index\":0,\"delta\":{\"content\":\"a\"},\n"
                   "data: \"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
            .text == "a");
}

TEST_CASE("an error in place of an answer is its own sentence, and classified") {
  struct row {
    std::string body;
    ec code;
    std::string says;
  };
  const std::vector<row> rows{
      {R"({"error":{"message":"the model is still being loaded","type":"service_error"}})",
       ec::provider_failed, "still being loaded"},
      {R"({"error":{"message":"slow down","type":"rate_limit_error"}})", ec::rate_limited, "slow"},
      {R"({"error":{"message":"Rate limit reached for requests"}})", ec::rate_limited, "reached"},
      {R"({"error":{"message":"Invalid API key provided"}})", ec::provider_auth, "API key"},
      {R"({"error":{"message":"x","code":"context_length_exceeded"}})", ec::context_overflow, "x"},
      {R"({"error":"no capacity left"})", ec::provider_overloaded, "no capacity"},
      {R"({"error":{"code":401,"message":"who are you"}})", ec::provider_auth, "who are you"},
      {R"([{"error":{"code":429,"message":"later","status":"RESOURCE_EXHAUSTED"}}])",
       ec::rate_limited, "later"},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})",
       ec::provider_overloaded, "busy"},
      {R"({"detail":"upstream is away"})", ec::provider_failed, "upstream is away"},
      {R"({"success":false,"message":"it broke"})", ec::provider_failed, "it broke"},
      {"{\n  \"error\": {\n    \"message\": \"over\\nlines\"\n  }\n}\n", ec::provider_failed,
       "over lines"},
      {"data: {\"error\":{\"message\":\"in the stream\"}}\n\n", ec::provider_failed,
       "in the stream"},
      {"event: error\ndata: {\"message\":\"by name\"}\n\n", ec::provider_failed, "by name"},
      {"event: error\ndata: plain words\n\n", ec::provider_failed, "plain words"},
      {": comment\n\n{\"error\":{\"message\":\"a bare line\"}}\n", ec::provider_failed,
       "a bare line"},
      {"data: upstream went away\n\n", ec::provider_failed, "upstream went away"},
      {"<html><head><title>502 Bad Gateway</title></head><body>x</body></html>",
       ec::provider_failed, "502 Bad Gateway"},
      {"<!DOCTYPE html>\n<body>Please <b>log in</b></body>", ec::provider_failed, "log in"},
      {"Internal Server Error", ec::provider_failed, "Internal Server Error"},
      {"Too many requests, slow down", ec::rate_limited, "slow down"},
  };
  for (const auto& [name, make] : formats)
    for (const auto& [body, code, says] : rows) {
      INFO(name << " " << body);
      auto failure = failure_of(make, body);
      CHECK(to_word(failure.code) == to_word(code));
      CHECK_MESSAGE(holds(failure.context, says), failure.context);
      CHECK_FALSE(holds(failure.context, "end marker"));
    }
}

TEST_CASE("what says that there is no error is none") {
  for (auto none : {"null", "false", "\"\"", "{}"})
    CHECK(hear(chat, framed({R"({"error":)" + std::string(none) +
                                 R"(,"choices":[{"index":0,"delta":{"content":"a"}}]})",
                             "[DONE]"}))
              .text == "a");
}

TEST_CASE("signs of life in any form do not disturb") {
  auto signs = std::string(": ping\n\nevent: ping\ndata: ok\n\ndata: keep-alive\n\nevent: x\n\n"
                           "id: 7\nretry: 10\n\nevent: heartbeat\ndata: 12\n\n");
  auto bytes = signs + framed({delta(R"("content":"a")")}) + signs +
               framed({delta("", R"("stop")"), "[DONE]"});
  CHECK(hear(chat, bytes).text == "a");
  CHECK(hear(chat, bytes).stop == stop_reason::end);
}

TEST_CASE("a finish reason in every chunk loses nothing") {
  auto bytes = framed({delta(R"("role":"assistant","content":"Alpha ")", R"("stop")"),
                       delta(R"("content":"beta ")", R"("stop")"),
                       delta(R"("content":"gamma.")", R"("stop")"),
                       R"({"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":9}})"});
  for (const auto& end : {std::string("data: [DONE]\n\n"), std::string()}) {
    CHECK(hear(chat, bytes + end).text == "Alpha beta gamma.");
    CHECK(hear(chat, bytes + end).spent == usage{40, 9, 0, 0, 0});
  }
  auto first = framed({delta(R"("content":"Alpha ")", R"("stop")")});
  CHECK(cut_after(chat, first, body_end::orderly).ok());
  CHECK_FALSE(cut_after(chat, first, body_end::broken).ok());
  CHECK_FALSE(cut_after(chat, first, body_end::silent).ok());
}

TEST_CASE("only a reason that came alone, and last, ends a body that fell silent") {
  auto text = delta(R"("content":"a")");
  auto end = delta("", R"("stop")");
  CHECK(cut_after(chat, framed({text, end}), body_end::silent).ok());
  CHECK_FALSE(cut_after(chat, framed({text, end}), body_end::broken).ok());
  CHECK_FALSE(cut_after(chat, framed({text, end, text, end}), body_end::silent).ok());
  CHECK_FALSE(cut_after(chat, framed({text}), body_end::silent).ok());
  CHECK(cut_after(chat, framed({text, end, "[DONE]"}), body_end::broken).ok());
  // A piece of an event at the end is no orderly end.
  CHECK(cut_after(chat, framed({text, end}) + "data: {\"usa", body_end::orderly).ok());
  CHECK_FALSE(cut_after(chat, framed({delta(R"("content":"a")", R"("stop")")}) + "data: {\"cho",
                        body_end::orderly)
                  .ok());
  auto gemini_text = [](const std::string& more) {
    return framed({R"({"candidates":[{"content":{"parts":[{"text":"a"}]})" + more + "}]}"});
  };
  auto stop = framed({R"({"candidates":[{"finishReason":"STOP"}]})"});
  CHECK(cut_after(gemini, gemini_text(R"(,"finishReason":"STOP")"), body_end::orderly).ok());
  CHECK_FALSE(cut_after(gemini, gemini_text(R"(,"finishReason":"STOP")"), body_end::broken).ok());
  CHECK(cut_after(gemini, gemini_text("") + stop, body_end::silent).ok());
}

TEST_CASE("a call that stands only in the answer's end is taken from it") {
  auto text = [](const std::string& piece) {
    return R"({"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":")" +
           piece + "\"}";
  };
  auto completed = [](const std::string& output) {
    return R"({"type":"response.completed","response":{"status":"completed","output":[)" + output +
           "]}}";
  };
  const std::string said = R"({"id":"m","type":"message","content":[{"type":"output_text",)"
                           R"("text":"Let me look."}]})";
  const std::string call = R"({"id":"fc","type":"function_call","call_id":"c","name":"bash",)"
                           R"("arguments":"{\"command\":\"ls\"}"})";
  const std::string renamed = R"({"id":"m2","type":"message","content":[{"type":"output_text",)"
                              R"("text":"Let me look."}]})";

  for (const auto& output : {said + "," + call, renamed + "," + call, call + "," + said}) {
    auto got = hear(responses, framed({text("Let me "), text("look."), completed(output)}));
    CHECK(got.text == "Let me look.");
    REQUIRE(got.calls.size() == 1);
    CHECK(got.calls[0].id == "c");
    CHECK(got.calls[0].whole == R"({"command":"ls"})");
    CHECK(got.stop == stop_reason::tool_calls);
  }
  // Streamed under another id, it is not told twice.
  auto added = R"({"type":"response.output_item.added","output_index":1,"item":{"id":"x",)"
               R"("type":"function_call","call_id":"c","name":"bash","arguments":""}})";
  auto whole = R"({"type":"response.function_call_arguments.done","output_index":1,)"
               R"("arguments":"{\"command\":\"ls\"}"})";
  auto once = hear(responses,
                   framed({text("Let me look."), added, whole, completed(renamed + "," + call)}));
  CHECK(once.text == "Let me look.");
  CHECK(once.calls.size() == 1);
}

TEST_CASE("an answer that lies in its event without a frame of its own is read") {
  auto event = [](const std::string& name, const std::string& fields) {
    return "event: response." + name + "\ndata: {\"object\":\"response\"," + fields + "}\n\n";
  };
  auto got = hear(responses, event("created", R"("status":"in_progress","output":[])") +
                                 event("completed", R"("status":"completed","output":[)"
                                                    R"({"type":"message","content":[)"
                                                    R"({"type":"output_text","text":"a"}]}])"));
  CHECK(got.text == "a");
  CHECK(got.stop == stop_reason::end);
  CHECK(hear(responses, event("incomplete", R"("status":"incomplete","output":[])")).stop ==
        stop_reason::length);
}

TEST_CASE("arguments that come after the end of their block are its call's") {
  auto start = [](const std::string& index) {
    return R"({"type":"content_block_start","index":)" + index +
           R"(,"content_block":{"type":"tool_use","id":"c)" + index + R"(","name":"f"}})";
  };
  auto input = [](const std::string& index, const std::string& piece) {
    return R"({"type":"content_block_delta","index":)" + index +
           R"(,"delta":{"type":"input_json_delta","partial_json":")" + piece + "\"}}";
  };
  auto stop = [](const std::string& index) {
    return R"({"type":"content_block_stop","index":)" + index + "}";
  };
  auto got =
      hear(anthropic, framed({start("0"), input("0", ""), stop("0"), input("0", "{\\\"x\\\""),
                              start("1"), stop("1"), input("0", ":1}"), input("1", "{\\\"y\\\":2}"),
                              R"({"type":"message_stop"})"}));
  CHECK(got.calls[0].whole == R"({"x":1})");
  CHECK(got.calls[1].whole == R"({"y":2})");
}

TEST_CASE("content that a Messages frame brings whole counts where it was not streamed") {
  const std::string content = R"("content":[{"type":"text","text":"All."},)"
                              R"({"type":"tool_use","id":"a","name":"f","input":{"x":1}}])";
  const std::string begin = R"({"type":"message_start","message":{"usage":{},)" + content + "}}";
  const std::string ends = R"({"type":"message_delta","delta":{"stop_reason":"tool_use"}})";
  const std::string text = R"({"type":"content_block_start","index":0,"content_block":)"
                           R"({"type":"text","text":"All."}})";

  auto at_start = hear(anthropic, framed({begin, ends, R"({"type":"message_stop"})"}));
  auto at_end = hear(
      anthropic, framed({text, ends, R"({"type":"message_stop","message":{)" + content + "}}"}));
  for (const auto& got : {at_start, at_end}) {
    CHECK(got.text == "All.");
    REQUIRE(got.calls.size() == 1);
    CHECK(got.calls.at(0).whole == R"({"x":1})");
    CHECK(got.stop == stop_reason::tool_calls);
  }
}

TEST_CASE("a character in two halves is one, in text and in reasoning") {
  auto text = [](const std::string& piece) { return delta(R"("content":")" + piece + "\""); };
  auto thought = [](const std::string& piece) {
    return delta(R"("reasoning_content":")" + piece + "\"");
  };
  auto heard_text = [](const list& payloads) {
    auto all = payloads;
    all.push_back(delta("", R"("stop")"));
    return hear(chat, framed(all));
  };
  const std::string face = "\U0001F600";

  CHECK(heard_text({text("Hi \\ud83d"), text("\\ude00 there")}).text == "Hi " + face + " there");
  CHECK(heard_text({text("\\ud83d"), text("\\ude00")}).text == face);
  CHECK(heard_text({thought("\\ud83d"), thought("\\ude00"), text("x")}).reasoning == face);
  CHECK(heard_text({text("a\xf0\x9f"), text("\x98\x80z")}).text == "a" + face + "z");
  CHECK(heard_text({text("a\xe2\x82"), text("\xac")}).text == "a\u20ac");
  CHECK(heard_text({text("\xed\xa0\xbd"), text("\xed\xb8\x80")}).text == face);
  // What stays alone is replaced, and nothing else is.
  CHECK(heard_text({text("\\ud83d"), text("x")}).text == "\ufffdx");
  CHECK(heard_text({text("\\ude00")}).text == "\ufffd");
  CHECK(heard_text({text("\\ud83d\\ud83d"), text("\\ude00")}).text == "\ufffd" + face);
  CHECK(heard_text({thought("\\ud83d"), text("\\ude00")}).reasoning == "\ufffd");
  CHECK(heard_text({thought("\\ud83d"), text("\\ude00")}).text == "\ufffd");
  CHECK(heard_text({text("\ufdd0\u0800 \\ud83d")}).text.size() > 3);

  CHECK(hear(gemini, framed({R"({"candidates":[{"content":{"parts":[{"text":"\ud83d"}]}}]})",
                             R"({"candidates":[{"content":{"parts":[{"text":"\ude00"}]},)"
                             R"("finishReason":"STOP"}]})"}))
            .text == face);
  auto block = [](const std::string& piece) {
    return R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
           piece + "\"}}";
  };
  CHECK(hear(anthropic, framed({block("\\ud83d"), block("\\ude00"), R"({"type":"message_stop"})"}))
            .text == face);
  auto piece = [](const std::string& said) {
    return R"({"type":"response.output_text.delta","output_index":0,"delta":")" + said + "\"}";
  };
  CHECK(hear(responses, framed({piece("\\ud83d"), piece("\\ude00"),
                                R"({"type":"response.completed","response":{"output":[)"
                                R"({"type":"message","content":[{"type":"output_text",)"
                                R"("text":"\ud83d\ude00!"}]}]}})"}))
            .text == face + "!");
}
