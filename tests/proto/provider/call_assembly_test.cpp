// How servers cut, number and name the calls of a Chat Completions answer, and what each means.
#include "proto/provider/call_arguments.hpp"
#include "proto/provider/openai_chat.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

using list = std::vector<std::string>;

std::unique_ptr<stream_decoder> make() {
  return make_openai_chat()->decoder({"p/m"});
}

std::string calls(const std::string& items) {
  return R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + items +
         R"(]},"finish_reason":null}]})";
}

std::string finish(const std::string& reason = "tool_calls") {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}

/// Each item in a chunk of its own; the tool and the arguments of every call.
list assembled(const list& items, const std::string& reason = "tool_calls") {
  list payloads;
  for (const auto& item : items)
    payloads.push_back(calls(item));
  payloads.push_back(finish(reason));
  payloads.emplace_back("[DONE]");
  auto bytes = framed(payloads);
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  CHECK_FALSE(got.failure);
  list out;
  for (const auto& [index, call] : got.calls)
    if (call.ended)
      out.push_back(call.tool + call.whole);
  return out;
}

/// One call "f" with these arguments, which are JSON text within JSON text.
list arguments(const list& pieces, const std::string& reason = "tool_calls") {
  list items{R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})"};
  for (const auto& piece : pieces)
    items.push_back(R"({"index":0,"function":{"arguments":")" + piece + R"("}})");
  return assembled(items, reason);
}

} // namespace

TEST_CASE("a new id in each piece at one index is one call") {
  CHECK(assembled({R"({"index":0,"id":"t1","function":{"name":"bash","arguments":""}})",
                   R"({"index":0,"id":"t2","function":{"arguments":"{\"comma"}})",
                   R"({"index":0,"id":"t3","function":{"arguments":"nd\":\"ls\"}"}})"}) ==
        list{R"(bash{"command":"ls"})"});
  // The name comes again as well, or the index is missing.
  CHECK(assembled({R"({"index":0,"id":"t1","function":{"name":"bash","arguments":""}})",
                   R"({"index":0,"id":"t2","function":{"name":"bash","arguments":"{\"a"}})",
                   R"({"index":0,"id":"t3","function":{"name":"bash","arguments":"\":1}"}})"}) ==
        list{R"(bash{"a":1})"});
  CHECK(assembled({R"({"id":"t1","function":{"name":"bash","arguments":"{"}})",
                   R"({"id":"t2","function":{"arguments":"\"a\":1"}})",
                   R"({"id":"t3","function":{"arguments":"}"}})"}) == list{R"(bash{"a":1})"});
}

TEST_CASE("pieces without an index go on with the last call") {
  CHECK(assembled({R"({"id":"a","function":{"name":"f","arguments":"{\"x\""}})",
                   R"({"function":{"arguments":":1}"}})",
                   R"({"id":"b","function":{"name":"g","arguments":"{"}})",
                   R"({"function":{"arguments":"}"}})"}) == list{R"(f{"x":1})", "g{}"});
  // Several whole calls in one list, with ids, without, and with none of either.
  CHECK(assembled({R"({"id":"a","function":{"name":"f","arguments":"{}"}},)"
                   R"({"id":"b","function":{"name":"g","arguments":"{}"}})"}) ==
        list{"f{}", "g{}"});
  CHECK(assembled({R"({"function":{"name":"f","arguments":""}},)"
                   R"({"function":{"name":"g","arguments":""}})"}) == list{"f{}", "g{}"});
  CHECK(assembled({R"({"function":{"name":"f","arguments":"{\"x\":1}"}},)"
                   R"({"function":{"name":"f","arguments":"{\"x\":1}"}})"}) ==
        list{R"(f{"x":1})", R"(f{"x":1})"});
}

TEST_CASE("a server that numbers every call 0 has them told apart by id and name") {
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}})",
                   R"({"index":0,"id":"b","function":{"name":"g","arguments":"{\"x\":2}"}})"}) ==
        list{R"(f{"x":1})", R"(g{"x":2})"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})",
                   R"({"index":0,"id":"a","function":{"arguments":"{}"}})",
                   R"({"index":0,"id":"b","function":{"name":"g","arguments":""}})",
                   R"({"index":0,"id":"b","function":{"arguments":"{\"y\""}})",
                   R"({"index":0,"id":"b","function":{"arguments":":2}"}})"}) ==
        list{"f{}", R"(g{"y":2})"});
  // Begun together, each goes on under its id.
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})",
                   R"({"index":0,"id":"b","function":{"name":"g","arguments":""}})",
                   R"({"index":0,"id":"a","function":{"arguments":"{\"x\":1}"}})",
                   R"({"index":0,"id":"b","function":{"arguments":"{\"x\":2}"}})"}) ==
        list{R"(f{"x":1})", R"(g{"x":2})"});
}

TEST_CASE("an index may begin anywhere, be a string, or count pieces") {
  CHECK(assembled({R"({"index":3,"id":"a","function":{"name":"f","arguments":"{"}})",
                   R"({"index":7,"id":"b","function":{"name":"g","arguments":"{}"}})",
                   R"({"index":3,"function":{"arguments":"}"}})"}) == list{"f{}", "g{}"});
  CHECK(assembled({R"({"index":"0","id":"a","function":{"name":"f","arguments":"{"}})",
                   R"({"index":"1","id":"b","function":{"name":"g","arguments":"{}"}})",
                   R"({"index":"0","function":{"arguments":"}"}})"}) == list{"f{}", "g{}"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":"{"}})",
                   R"({"index":1,"function":{"arguments":"\"x\":1"}})",
                   R"({"index":2,"id":"a","function":{"arguments":"}"}})"}) == list{R"(f{"x":1})"});
}

TEST_CASE("a name may come again, in pieces, late, or after the id") {
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"bash","arguments":"{\"x\""}})",
                   R"({"index":0,"id":"a","function":{"name":"bash","arguments":":1"}})",
                   R"({"index":0,"id":"a","function":{"name":"bash","arguments":"}"}})"}) ==
        list{R"(bash{"x":1})"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"ba"}})",
                   R"({"index":0,"function":{"name":"sh"}})",
                   R"({"index":0,"function":{"arguments":"{\"x\":1}"}})"}) ==
        list{R"(bash{"x":1})"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"ba"}})",
                   R"({"index":0,"function":{"name":"bash","arguments":"{}"}})"}) ==
        list{"bash{}"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"","arguments":""}})",
                   R"({"index":0,"function":{"name":"bash","arguments":"{}"}})"}) ==
        list{"bash{}"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"arguments":"{\"x\":"}})",
                   R"({"index":0,"function":{"name":"bash","arguments":"1}"}})"}) ==
        list{R"(bash{"x":1})"});
}

TEST_CASE("one call, or one part of the content, may stand where a list should") {
  auto got = listen(make, framed({R"({"choices":[{"delta":{"content":{"type":"text","text":"a"},)"
                                  R"("tool_calls":{"id":"a","function":{"name":"f",)"
                                  R"("arguments":"{}"}}}}]})",
                                  finish(), "[DONE]"}));
  CHECK(got.text == "a");
  CHECK(got.calls[0].whole == "{}");
}

TEST_CASE("what says nothing of a call is none") {
  CHECK(assembled({R"({"index":0,"function":{}})", R"({"index":0})", "{}",
                   R"({"index":1,"id":"a","function":{"name":"f","arguments":"{}"}})"}) ==
        list{"f{}"});
  auto got = listen(make, framed({calls(R"({"index":0,"function":{}})"), finish(), "[DONE]"}));
  CHECK(got.failure.value_or(error{}).code == ec::provider_failed);
  CHECK(got.calls.empty());
}

TEST_CASE("ids that are the same, missing or numbers part no call and join none") {
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}})",
                   R"({"index":1,"id":"a","function":{"name":"f","arguments":"{\"x\":2}"}})"}) ==
        list{R"(f{"x":1})", R"(f{"x":2})"});
  CHECK(assembled({R"({"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}})",
                   R"({"id":"a","function":{"name":"g","arguments":"{\"x\":2}"}})"}) ==
        list{R"(f{"x":1})", R"(g{"x":2})"});
  CHECK(assembled({R"({"index":0,"id":"","function":{"name":"f","arguments":"{}"}})",
                   R"({"index":1,"id":null,"function":{"name":"g","arguments":"{}"}})",
                   R"({"index":2,"id":7,"function":{"name":"h","arguments":"{}"}})"}) ==
        list{"f{}", "g{}", "h{}"});
}

TEST_CASE("of arguments that are said several times the last whole object counts") {
  CHECK(arguments({"{}", R"({\"x\")", ":1}"}) == list{R"(f{"x":1})"});
  CHECK(arguments({R"({\"x\":1})", R"({\"x\":1})"}) == list{R"(f{"x":1})"});
  CHECK(arguments({R"({\"x\":1}{\"x\":1}{\"x\":1})"}) == list{R"(f{"x":1})"});
  CHECK(arguments({R"({\"x\")", ":1}", R"({\"x\")", ":1}"}) == list{R"(f{"x":1})"});
  CHECK(arguments({R"({\"x\":\"\"})", R"({\"x\":\"y\"})"}) == list{R"(f{"x":"y"})"});
  // Each piece says all from the start, or the whole follows a beginning of it.
  CHECK(arguments({R"({\"co)", R"({\"command)", R"({\"command\":\"l)",
                   R"({\"command\":\"ls\"})"}) == list{R"(f{"command":"ls"})"});
  CHECK(arguments({R"({\"c\":\"pwd\",\"d\":\"where\")", R"({\"c\": \"pwd\", \"d\": \"where\"})"}) ==
        list{R"(f{"c": "pwd", "d": "where"})"});
}

TEST_CASE("two different objects in one call are none to run") {
  CHECK(arguments({R"({\"path\":\"a\"}{\"path\":\"b\"})"}) == list{R"(f{"path":"a"}{"path":"b"})"});
  CHECK(arguments({R"({\"path\":\"a\"})", R"({\"path\":\"b\"})"}) ==
        list{R"(f{"path":"a"}{"path":"b"})"});
}

TEST_CASE("an object within a half one is not taken for the whole") {
  CHECK(arguments({R"({\"edits\":[)", R"({\"old\":\"a\"})"}) == list{R"(f{"edits":[{"old":"a"})"});
  CHECK(arguments({R"({\"edits\":[)", R"({\"old\":\"a\"},)", R"({\"old\":\"b\"}]})"}) ==
        list{R"(f{"edits":[{"old":"a"},{"old":"b"}]})"});
  CHECK(arguments({"{}", R"({\"x\":\"rm)"}, "length") == list{R"(f{}{"x":"rm)"});
}

TEST_CASE("arguments come as objects, encoded twice, as null, or not at all") {
  auto with = [](const std::string& value) {
    return assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":)" + value + "}}"});
  };
  CHECK(with(R"({"x":{"y":[1]}})") == list{R"(f{"x":{"y":[1]}})"});
  CHECK(with(R"("\"{\\\"x\\\":1}\"")") == list{R"(f{"x":1})"});
  for (auto none : {"null", R"("")", R"("null")", R"("  ")", "{}"})
    CHECK(with(none) == list{"f{}"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":null}})",
                   R"({"index":0,"function":{"arguments":"{\"x\":1}"}})"}) == list{R"(f{"x":1})"});
  CHECK(assembled({R"({"index":0,"id":"a","function":{"name":"f","arguments":{}}})",
                   R"({"index":0,"function":{"arguments":{"x":1}}})"}) == list{R"(f{"x":1})"});
  CHECK(assembled({R"({"index":0,"id":"a","name":"f","arguments":"{\"x\":1}"})"}) ==
        list{R"(f{"x":1})"});
}

TEST_CASE("what stands around the object, and a comma too many, does no harm") {
  const std::string whole = R"(f{"x":"a, }"})";
  for (auto text : {R"({\"x\":\"a, }\"}</tool_call>)", R"({\"x\":\"a, }\"}})",
                    R"({\"x\":\"a, }\"}<|im_end|>)", R"({\"x\":\"a, }\"}\n```)",
                    R"(```json\n{\"x\":\"a, }\"}\n```)", R"(```\n{\"x\":\"a, }\"}```)",
                    R"(<tool_call>{\"x\":\"a, }\"})", R"(\n {\"x\":\"a, }\"} \n)"}) {
    INFO(text);
    CHECK(arguments({text}) == list{whole});
  }
  CHECK(arguments({R"({\"x\":[1,\"b\",],\"y\":\",}\",})"}) == list{R"(f{"x":[1,"b" ],"y":",}" })"});
}

TEST_CASE("half arguments, and what is no object, stay what they are") {
  for (std::string text : {R"({\"x\":\"a)", R"({\"x\":1)", R"([1])", "7", "ls -l", R"({x:1})",
                           R"({'x':1})", R"(\"{\\\"x\\\":1)", "```json"}) {
    INFO(text);
    auto got = arguments({text});
    REQUIRE(got.size() == 1);
    CHECK(got[0].find("f{}") == std::string::npos);
    auto cut = arguments({text}, "length");
    CHECK(cut == got);
  }
  CHECK(arguments({R"({\"x\":1})"}, "length") == list{R"(f{"x":1})"});
  CHECK(arguments({""}, "length") == list{"f"});
}

TEST_CASE("each of two calls may have a finish reason of its own") {
  auto one = [](const std::string& index, const std::string& name) {
    return R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":)" + index + R"(,"id":"c)" +
           index + R"(","function":{"name":")" + name +
           R"(","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})";
  };
  for (const auto& end : {list{"[DONE]"}, list{}}) {
    list payloads{one("0", "f"), one("1", "g")};
    payloads.insert(payloads.end(), end.begin(), end.end());
    auto got = listen(make, framed(payloads));
    CHECK(got.calls[0].ended);
    CHECK(got.calls[1].tool == "g");
    CHECK(got.stop == stop_reason::tool_calls);
  }
}

TEST_CASE("a whole message at the end tells only what was not streamed") {
  auto message = [](const std::string& fields) {
    return R"({"choices":[{"index":0,"message":{)" + fields + R"(},"finish_reason":"stop"}]})";
  };
  auto text = [](const std::string& said) {
    return R"({"choices":[{"index":0,"delta":{"content":")" + said + R"("}}]})";
  };
  const std::string call = R"({"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}})";
  const std::string other = R"({"id":"b","function":{"name":"g","arguments":"{}"}})";

  auto late =
      listen(make, framed({text("Let me "), text("look."),
                           message(R"("content":"Let me look.","tool_calls":[)" + call + "]")}));
  CHECK(late.text == "Let me look.");
  CHECK(late.calls[0].whole == R"({"x":1})");
  CHECK(late.stop == stop_reason::tool_calls);
  CHECK(listen(make, framed({text("Let"), message(R"("content":"Let me")")})).text == "Let me");

  auto streamed = listen(
      make, framed({calls(R"({"index":0,"id":"z","function":{"name":"f",)"
                          R"("arguments":"{\"x\":1}"}})"),
                    message(R"("content":null,"tool_calls":[)" + call + "," + other + "]")}));
  CHECK(streamed.calls.size() == 2);
  CHECK(streamed.calls[1].tool == "g");
}

TEST_CASE("half a character in arguments becomes whole with the next piece") {
  CHECK(arguments({R"({\"x\":\"\ud83d)", R"(\ude00\"})"}) == list{"f{\"x\":\"\U0001F600\"}"});
  CHECK(arguments({R"({\"x\":\"\\ud83d)", R"(\\ude00\"})"}) == list{R"(f{"x":"\ud83d\ude00"})"});
  CHECK(arguments({"{\\\"x\\\":\\\"\xf0\x9f", "\x98\x80\\\"}"}) == list{"f{\"x\":\"\U0001F600\"}"});
}

TEST_CASE("half a character in arguments that stays alone is told as it is, not made another") {
  CHECK(arguments({R"({\"x\":\"\ud83d)", R"(y\"})"}) == list{R"(f{"x":"\ud83dy"})"});
  CHECK(arguments({R"({\"x\":\"\\ud83d\"})"}) == list{R"(f{"x":"\ud83d"})"});
  CHECK(arguments({R"({\"x\":\"\\ude00\"})"}) == list{R"(f{"x":"\ude00"})"});
  CHECK(arguments({R"({\"x\":\"\ude00\"})"}) == list{R"(f{"x":"\ude00"})"});
  CHECK(arguments({"{\\\"x\\\":\\\"a\xffz\\\"}"}) == list{R"(f{"x":"a\xffz"})"});
  argument_reader reading;
  for (std::string text : {R"({"x":"\ud83d"})", R"({"x":"a\xffz"})", R"({"\ude00":1})"})
    CHECK_FALSE(reading.read(text, {}, calls_end::complete));
}
