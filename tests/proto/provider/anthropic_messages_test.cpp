#include "proto/json/reader.hpp"
#include "proto/provider/anthropic.hpp"
#include "proto/provider/anthropic_messages.hpp"

#include "tests/proto/provider/chat_parts.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_part reasoning_part(std::string text, std::string opaque, std::string model = "p/m") {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::reasoning;
  out.opaque.text = std::move(opaque);
  out.opaque_model.text = std::move(model);
  return out;
}

chat_message user(std::vector<chat_part> parts) {
  return {chat_role::user, std::move(parts)};
}

chat_message assistant(std::vector<chat_part> parts) {
  return {chat_role::assistant, std::move(parts)};
}

/// The messages as they are sent, without the marks of the cache.
std::string sent(std::vector<chat_message> messages, bool sees = true) {
  chat_request request;
  request.model.text = "p/m";
  request.model_sees = sees;
  request.messages = std::move(messages);
  request.tools = {{"f", "", {}, true}};
  auto body = make_anthropic()->encode({"p", "http://h", ""}, request).body;
  json::parser parse;
  auto root = parse.parse_object(body);
  REQUIRE(root);
  auto out = json::to_text(*json::find(*root, "messages"));
  const std::string mark = R"(,"cache_control":{"type":"ephemeral"})";
  for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark))
    out.erase(at, mark.size());
  return out;
}

/// The blocks of the only message.
std::string blocks(std::vector<chat_part> parts, bool sees = true) {
  const std::string before = R"([{"role":"user","content":)";
  auto out = sent({user(std::move(parts))}, sees);
  REQUIRE(out.starts_with(before));
  return out.substr(before.size(), out.size() - before.size() - 2);
}

const std::string hi = R"({"role":"user","content":[{"type":"text","text":"hi"}]})";
const std::string go_on = R"({"role":"user","content":[{"type":"text","text":"Go on."}]})";
const std::string lost = R"({"role":"user","content":[{"type":"text",)"
                         R"("text":"[The beginning of the conversation is left out.]"}]})";

bool may_think(std::vector<chat_message> messages) {
  chat_request request;
  request.model.text = "p/m";
  request.messages = std::move(messages);
  request.tools = {{"f", "", {}, true}};
  return may_begin_thinking(lay_out_anthropic(request));
}

} // namespace

TEST_CASE("calls are answered in the next message, results first") {
  CHECK(sent({user({text_part("hi")}),
              assistant({text_part("let me"), call_part("a", "read", R"({"p":1})"),
                         call_part("b", "glob")}),
              user({text_part("also"), result_part("b", "two", true), result_part("a", "one")})}) ==
        "[" + hi +
            R"(,{"role":"assistant","content":[{"type":"text","text":"let me"},)"
            R"({"type":"tool_use","id":"a","name":"read","input":{"p":1}},)"
            R"({"type":"tool_use","id":"b","name":"glob","input":{}}]},)"
            R"({"role":"user","content":[)"
            R"({"type":"tool_result","tool_use_id":"a","content":"one"},)"
            R"({"type":"tool_result","tool_use_id":"b","content":"two","is_error":true},)"
            R"({"type":"text","text":"also"}]}])");
}

TEST_CASE("a call without its result gets one, a result without its call becomes text") {
  const std::string missing =
      R"({"type":"tool_result","tool_use_id":"a","content":"interrupted, effect unknown",)"
      R"("is_error":true})";
  const std::string called =
      R"({"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]})";

  CHECK(sent({user({text_part("hi")}), assistant({call_part("a")})}) ==
        "[" + hi + "," + called + R"(,{"role":"user","content":[)" + missing + "]}]");
  CHECK(sent({user({text_part("hi")}), assistant({call_part("a")}), user({text_part("hi")})}) ==
        "[" + hi + "," + called + R"(,{"role":"user","content":[)" + missing +
            R"(,{"type":"text","text":"hi"}]}])");
  CHECK(blocks({result_part("x", "lost")}) ==
        R"([{"type":"text","text":"Result of an earlier call:\nlost"}])");
}

TEST_CASE("an empty result says so") {
  auto got = sent({user({text_part("hi")}), assistant({call_part("a"), call_part("b")}),
                   user({result_part("a", ""), result_part("b", "\n", true)})});

  const std::string nothing = ",\"content\":\"(no output)";
  CHECK(got.find(R"("tool_use_id":"a")" + nothing + "\"}") != std::string::npos);
  CHECK(got.find(R"("tool_use_id":"b")" + nothing + R"(","is_error":true})") != std::string::npos);
}

TEST_CASE("messages of one role are merged, and what is blank is left out") {
  CHECK(sent({user({text_part("a")}), user({text_part(""), text_part("b"), text_part(" \n")}),
              assistant({text_part("")}), user({text_part("c")}), assistant({text_part("d")}),
              assistant({text_part("\n"), text_part("e")}), user({text_part("f")})}) ==
        R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},)"
        R"({"type":"text","text":"c"}]},)"
        R"({"role":"assistant","content":[{"type":"text","text":"d"},)"
        R"({"type":"text","text":"e"}]},)"
        R"({"role":"user","content":[{"type":"text","text":"f"}]}])");
}

TEST_CASE("the user begins") {
  CHECK(sent({}) == "[" + go_on + "]");
  CHECK(sent({assistant({text_part("a")}), user({text_part("hi")})}) ==
        "[" + lost + R"(,{"role":"assistant","content":[{"type":"text","text":"a"}]},)" + hi + "]");
}

TEST_CASE("an answer to be continued is not the last word") {
  CHECK(sent({user({text_part("hi")}), assistant({text_part("so \n")})}) ==
        "[" + hi + R"(,{"role":"assistant","content":[{"type":"text","text":"so \n"}]},)" + go_on +
            "]");
}

TEST_CASE("reasoning goes back as it came, and only to its own model") {
  auto with = [](chat_part reasoning) {
    auto out = sent({user({text_part("hi")}), assistant({std::move(reasoning), text_part("x")})});
    return out.substr(hi.size() + 2, out.size() - hi.size() - go_on.size() - 4);
  };
  auto told = [](const std::string& block) {
    return R"({"role":"assistant","content":[)" + block + R"({"type":"text","text":"x"}]})";
  };
  const std::string signature = R"({"signature":"EqA+/="})";

  CHECK(with(reasoning_part(" hm\n\u00e9 \"q\" ", signature)) ==
        told(R"({"type":"thinking","thinking":" hm\n)"
             "\u00e9"
             R"( \"q\" ","signature":"EqA+/="},)"));
  CHECK(with(reasoning_part("", signature)) ==
        told(R"({"type":"thinking","thinking":"","signature":"EqA+/="},)"));
  CHECK(with(reasoning_part("", R"({"redacted":"d=="})")) ==
        told(R"({"type":"redacted_thinking","data":"d=="},)"));
  CHECK(with(reasoning_part("hm", signature, "p/other")) == told(""));
  CHECK(with(reasoning_part("hm", "")) == told(""));
  CHECK(with(reasoning_part("hm", R"({"replay":"reasoning_content"})")) == told(""));
  CHECK(with(reasoning_part("hm", "{broken")) == told(""));
}

TEST_CASE("reasoning keeps its place among calls, and ends no message") {
  auto a = reasoning_part("a", R"({"signature":"sa"})");
  auto b = reasoning_part("", R"({"redacted":"db"})");
  auto c = reasoning_part("c", R"({"signature":"sc"})");
  auto got = sent({user({text_part("hi")}), assistant({a, b, call_part("1"), c, call_part("2")}),
                   user({result_part("1", "x"), result_part("2", "y")}), assistant({a}),
                   assistant({text_part("done"), c})});

  auto at = [&got](std::string_view word) { return got.find(word); };
  CHECK(at("\"sa\"") < at("\"db\""));
  CHECK(at("\"db\"") < at("tool_use\",\"id\":\"1\""));
  CHECK(at("tool_use\",\"id\":\"1\"") < at("\"sc\""));
  CHECK(at("\"sc\"") < at("tool_use\",\"id\":\"2\""));
  CHECK(got.ends_with(R"("signature":"sa"},{"type":"text","text":"done"}]},)" + go_on + "]"));
}

TEST_CASE("arguments that are no object go out as an empty one") {
  for (auto input : {"", "{\"x\"", "[1]", "null", "{\"x\":\"\xff\"}"}) {
    INFO(input);
    CHECK(sent({user({text_part("hi")}), assistant({call_part("a", "f", input)})})
              .find(R"("name":"f","input":{})") != std::string::npos);
  }
}

TEST_CASE("images and PDFs travel as they are, other files as text") {
  CHECK(blocks({text_part("see"), file_part("a.png", "image/png", "\x89PNG"),
                file_part("b.pdf", "application/pdf", "%PDF"),
                file_part("c.txt", "text/plain", "hello"),
                file_part("d.jpg", "image/jpg", "\xff\xd8"),
                file_part("e.bmp", "image/bmp", "BM\xff")}) ==
        R"([{"type":"text","text":"see"},)"
        R"({"type":"image","source":)"
        R"({"type":"base64","media_type":"image/png","data":"iVBORw=="}},)"
        R"({"type":"document","source":)"
        R"({"type":"base64","media_type":"application/pdf","data":"JVBERg=="}},)"
        R"({"type":"text","text":"<file name=\"c.txt\">\nhello\n</file>"},)"
        R"({"type":"image","source":)"
        R"({"type":"base64","media_type":"image/jpeg","data":"/9g="}},)"
        R"({"type":"text","text":"[The file e.bmp (image/bmp) cannot be shown as text.]"}])");
}

TEST_CASE("a model without eyes is told of an image") {
  CHECK(blocks({file_part("a.png", "image/png", "x"), file_part("", "image/gif", "x")}, false) ==
        R"([{"type":"text","text":)"
        R"("[The image a.png (image/png) is left out: this model sees no images.]"},)"
        R"({"type":"text","text":)"
        R"("[The image unnamed (image/gif) is left out: this model sees no images.]"}])");
}

TEST_CASE("files that a tool read follow its result") {
  auto got = sent({user({text_part("hi")}), assistant({call_part("a", "read")}),
                   user({file_part("a.png", "image/png", "x"), result_part("a", "an image")})});

  CHECK(got.find("tool_result") < got.find("\"image\""));
}

TEST_CASE("a turn that began without reasoning goes on without it") {
  auto hm = reasoning_part("hm", R"({"signature":"s"})");
  auto foreign = reasoning_part("hm", R"({"signature":"s"})", "p/other");
  auto ask = user({text_part("hi")});
  auto result = user({result_part("a", "x")});

  CHECK(may_think({ask}));
  CHECK(may_think({ask, assistant({hm, call_part("a")}), result}));
  CHECK(may_think(
      {ask, assistant({hm, call_part("a")}), result, assistant({call_part("a")}), result}));
  CHECK(may_think({ask, assistant({call_part("a")}), result, assistant({text_part("x")}), ask}));
  CHECK_FALSE(may_think({ask, assistant({call_part("a")}), result}));
  CHECK_FALSE(may_think({ask, assistant({foreign, call_part("a")}), result}));
  CHECK_FALSE(may_think({ask, assistant({text_part("x"), hm, call_part("a")}), result}));
  CHECK(may_think({ask, assistant({text_part("x")})}));
}
