#include "proto/json/writer.hpp"
#include "proto/provider/openai_responses.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_part text_part(std::string text, std::string opaque = "", std::string model = "p/m") {
  chat_part out;
  out.text = std::move(text);
  out.opaque.text = std::move(opaque);
  out.opaque_model.text = std::move(model);
  return out;
}

chat_part reasoning_part(std::string opaque, std::string model = "p/m") {
  auto out = text_part("seen", std::move(opaque), std::move(model));
  out.kind = chat_part_kind::reasoning;
  return out;
}

chat_part call_part(std::string id, std::string tool, std::string input) {
  chat_part out;
  out.kind = chat_part_kind::tool_call;
  out.call_id = std::move(id);
  out.tool = std::move(tool);
  out.input = std::move(input);
  return out;
}

chat_part result_part(std::string id, std::string text) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::tool_result;
  out.call_id = std::move(id);
  return out;
}

chat_part file_part(std::string name, std::string mime_type, std::string bytes) {
  auto out = text_part(std::move(bytes));
  out.kind = chat_part_kind::file;
  out.name = std::move(name);
  out.mime_type = std::move(mime_type);
  return out;
}

chat_request request_of(std::vector<chat_message> messages) {
  chat_request out;
  out.model.text = "p/m";
  out.messages = std::move(messages);
  return out;
}

std::string body_of(const chat_request& request) {
  return make_openai_responses()->encode({"p", "http://h", ""}, request).body;
}

/// The input, with a tool on offer.
std::string input_of(chat_request request) {
  request.tools = {{"f", "", {}, true}};
  auto body = body_of(request);
  auto begin = body.find("\"input\":") + 8;
  return body.substr(begin, body.find(",\"stream\"") - begin);
}

const std::string hi = R"([{"role":"user","content":[{"type":"input_text","text":"hi"}]})";
const std::string go_on = R"({"role":"user","content":[{"type":"input_text","text":"Go on."}]}])";

/// The items of an answer, without what follows them.
std::string said(std::vector<chat_part> parts) {
  auto input = input_of(
      request_of({{chat_role::user, {text_part("hi")}}, {chat_role::assistant, std::move(parts)}}));
  if (!input.starts_with(hi + ","))
    return "[]";
  auto end = input.find(R"(,{"type":"function_call_output")");
  if (end == std::string::npos)
    end = input.find("," + go_on);
  return end == std::string::npos ? "[]"
                                  : "[" + input.substr(hi.size() + 1, end - hi.size() - 1) + "]";
}

std::string asked(std::vector<chat_part> parts) {
  return input_of(request_of({{chat_role::user, std::move(parts)}}));
}

const std::string sealed = R"({"type":"reasoning","summary":[{"type":"summary_text","text":"a"}],)"
                           R"("encrypted_content":"s"})";

} // namespace

TEST_CASE("a Responses call goes to its own path, with the key where the server looks for it") {
  auto encode = [](std::string base, std::string key) {
    return make_openai_responses()->encode({"p", base, key}, {});
  };

  CHECK(encode("https://api.openai.com", "k").url == "https://api.openai.com/v1/responses");
  CHECK(encode("http://h/v1/", "").url == "http://h/v1/responses");
  CHECK(encode("http://h/x/responses", "").url == "http://h/x/responses");
  CHECK(encode("http://h", "").headers.size() == 2);
  CHECK(encode("http://h", "k").headers.back().second == "Bearer k");
  CHECK(encode("https://x.openai.azure.com/openai/v1", "k").headers.back().first == "api-key");

  auto list = make_openai_responses()->discover({"p", "http://h", "k"})->begin();
  REQUIRE(list.size() == 1);
  CHECK(list[0].method == "GET");
  CHECK(list[0].url == "http://h/v1/models");
  CHECK(list[0].headers.back().second == "Bearer k");
}

TEST_CASE("a plain Responses call stores nothing and asks for nothing special") {
  auto request = request_of({{chat_role::user, {text_part("hi")}}});
  request.system = {"be brief", "", "today"};
  request.max_output_tokens = 99;
  request.temperature = 0.5;

  CHECK(body_of(request) ==
        R"({"model":"m","instructions":"be brief\n\ntoday",)"
        R"("input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],)"
        R"("stream":true,"store":false,"max_output_tokens":99,"temperature":0.5})");
  request.max_output_tokens = 1;
  CHECK(body_of(request).find("\"max_output_tokens\":16,") != std::string::npos);
}

TEST_CASE("calls and their results become items in order") {
  auto request = request_of(
      {{chat_role::user, {text_part("hi")}},
       {chat_role::assistant,
        {text_part("look"), call_part("a", "read", R"({"p":1})"), text_part(""),
         call_part("b", "glob", "{broken")}},
       {chat_role::user, {result_part("a", "ok"), text_part("and"), result_part("b", "bad")}}});

  CHECK(input_of(request) ==
        hi + R"(,{"type":"message","role":"assistant",)"
             R"("content":[{"type":"output_text","text":"look"}]},)"
             R"({"type":"function_call","call_id":"a","name":"read","arguments":"{\"p\":1}"},)"
             R"({"type":"function_call","call_id":"b","name":"glob","arguments":"{}"},)"
             R"({"type":"function_call_output","call_id":"a","output":"ok"},)"
             R"({"type":"function_call_output","call_id":"b","output":"bad"},)"
             R"({"role":"user","content":[{"type":"input_text","text":"and"}]}])");
}

TEST_CASE("call ids that the API refuses are replaced, the same on call and result") {
  for (const auto& id : {std::string(65, 'x'), std::string("a.b|c"), std::string()}) {
    auto text = input_of(request_of({{chat_role::assistant, {call_part(id, "f", "{}")}},
                                     {chat_role::user, {result_part(id, "")}}}));

    auto begin = text.find("\"call_id\":\"") + 11;
    auto fitting = text.substr(begin, text.find('"', begin) - begin);
    CHECK(fitting.starts_with("call_"));
    CHECK(fitting.size() <= 64);
    CHECK(text.find("\"call_id\":\"" + fitting + "\"", begin) != std::string::npos);
  }
  CHECK(said({call_part(std::string(64, 'x'), "f", "{}")}).find(std::string(64, 'x')) !=
        std::string::npos);
  CHECK(said({call_part("a.b", "f", "{}")}) != said({call_part("a:b", "f", "{}")}));
}

TEST_CASE("a name that no tool could have is made to fit") {
  CHECK(said({call_part("a", "functions.read", "{}")}).find(R"("name":"functions_read")") !=
        std::string::npos);
  CHECK(said({call_part("a", "", "{}")}).find(R"("name":"unknown")") != std::string::npos);
}

TEST_CASE("sealed reasoning goes back in front of what it led to, to its own model only") {
  auto item = std::string(R"({"type":"reasoning","summary":[{"type":"summary_text","text":"a"}],)"
                          R"("encrypted_content":"s"})");
  auto call = call_part("c", "f", "{}");
  auto call_item =
      std::string(R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})");

  CHECK(said({reasoning_part(sealed), call}) == "[" + item + "," + call_item + "]");
  CHECK(said({reasoning_part(sealed), reasoning_part(sealed), call}) ==
        "[" + item + "," + item + "," + call_item + "]");
  CHECK(said({call, reasoning_part(sealed)}) == "[" + call_item + "]");
  CHECK(said({call, reasoning_part(sealed), text_part("x")}) ==
        "[" + item +
            R"(,{"type":"message","role":"assistant","content":[)"
            R"({"type":"output_text","text":"x"}]},)" +
            call_item + "]");
  CHECK(said({call, reasoning_part(sealed), text_part("")}) == "[" + call_item + "]");
  CHECK(said({reasoning_part(sealed)}) == "[]");
  CHECK(said({reasoning_part(sealed, "p/other"), call}) == "[" + call_item + "]");
  for (const auto* opaque : {"", "{", "7", R"({"replay":"reasoning_content"})",
                             R"({"type":"reasoning"})", R"({"encrypted_content":"s"})"})
    CHECK(said({reasoning_part(opaque), call}) == "[" + call_item + "]");
  CHECK(said({reasoning_part(R"({"type":"reasoning","id":"rs","encrypted_content":"s"})"), call}) ==
        R"([{"type":"reasoning","summary":[],"encrypted_content":"s"},)" + call_item + "]");
}

TEST_CASE("the phase of a message goes back with it") {
  auto opaque = R"({"phase":"commentary"})";

  CHECK(said({text_part("x", opaque)}) ==
        R"([{"type":"message","role":"assistant",)"
        R"("content":[{"type":"output_text","text":"x"}],"phase":"commentary"}])");
  CHECK(said({text_part("x", opaque, "p/other")}).find("phase") == std::string::npos);
}

TEST_CASE("files go as what they are, or as text") {
  auto parts = std::vector{text_part("see"), file_part("a.png", "image/png", "\x89PNG"),
                           file_part("", "application/pdf", "%PDF"),
                           file_part("c.txt", "text/plain", "hello")};
  auto request = request_of({{chat_role::user, parts}});
  request.model_sees = true;

  CHECK(input_of(request) ==
        R"([{"role":"user","content":[{"type":"input_text","text":"see"},)"
        R"({"type":"input_image","image_url":"data:image/png;base64,iVBORw=="},)"
        R"({"type":"input_file","filename":"file.pdf",)"
        R"("file_data":"data:application/pdf;base64,JVBERg=="},)"
        R"({"type":"input_text","text":"<file name=\"c.txt\">\nhello\n</file>"}]}])");
  CHECK(asked(parts).find("input_image") == std::string::npos);
  CHECK(asked(parts).find("The image a.png (image/png)") != std::string::npos);
  CHECK(asked({text_part("")}) == "[" + go_on);
}

TEST_CASE("tools are flat and have properties") {
  auto request = request_of({});
  request.tools = {{"f", "does f", {R"({"type":"object","properties":{"a":{}}})"}, true},
                   {"g", "", {}, false},
                   {"h", "", {R"({"type":"object","additionalProperties":false})"}, false}};

  CHECK(body_of(request).find(
            R"("tools":[{"type":"function","name":"f","description":"does f",)"
            R"("parameters":{"type":"object","properties":{"a":{}}},"strict":false},)"
            R"({"type":"function","name":"g","description":"",)"
            R"("parameters":{"type":"object","properties":{}},"strict":false},)"
            R"({"type":"function","name":"h","description":"",)"
            R"("parameters":{"type":"object","additionalProperties":false,"properties":{}},)"
            R"("strict":false}],"parallel_tool_calls":true)") != std::string::npos);
}

TEST_CASE("models that reason are asked to, others are not") {
  auto tail = [](std::string model, auto change) {
    auto request = request_of({});
    request.model.text = "p/" + model;
    request.temperature = 1;
    change(request);
    auto body = body_of(request);
    return body.substr(body.find("\"store\":false") + 13);
  };
  auto nothing = [](chat_request&) {};
  auto effort = [](chat_request& to) { to.reasoning_effort = "max"; };
  auto off = [](chat_request& to) { to.reasoning_budget = 0; };
  auto budget = [](chat_request& to) { to.reasoning_budget = 10'000; };
  auto reasons = [](chat_request& to) { to.model_reasons = true; };
  const std::string include = R"(,"include":["reasoning.encrypted_content"]})";

  CHECK(tail("gpt-4.1", nothing) == R"(,"temperature":1.0})");
  CHECK(tail("gpt-4.1", budget) == R"(,"temperature":1.0})");
  CHECK(tail("m", off) == R"(,"temperature":1.0})");
  CHECK(tail("gpt-5", nothing) == R"(,"reasoning":{"summary":"auto"})" + include);
  CHECK(tail("gpt-5", effort) == R"(,"reasoning":{"effort":"high","summary":"auto"})" + include);
  CHECK(tail("gpt-5", off) == R"(,"reasoning":{"effort":"minimal"})" + include);
  CHECK(tail("gpt-5.2", effort) == R"(,"reasoning":{"effort":"xhigh","summary":"auto"})" + include);
  CHECK(tail("gpt-5.2", off) == R"(,"reasoning":{"effort":"none"})" + include);
  CHECK(tail("m", budget) == R"(,"reasoning":{"effort":"medium","summary":"auto"})" + include);
  CHECK(tail("m", reasons) == R"(,"reasoning":{"summary":"auto"})" + include);
}
