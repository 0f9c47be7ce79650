#include "proto/provider/openai_chat.hpp"

#include "tests/proto/provider/chat_parts.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_part reasoning_part(std::string text, std::string opaque, std::string model) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::reasoning;
  out.opaque.text = std::move(opaque);
  out.opaque_model.text = std::move(model);
  return out;
}

chat_request request_of(std::vector<chat_message> messages) {
  chat_request out;
  out.model.text = "p/m";
  out.messages = std::move(messages);
  return out;
}

std::string body_of(const chat_request& request, std::string base = "http://localhost:1/v1") {
  return make_openai_chat()->encode({"p", std::move(base), ""}, request).body;
}

/// The messages, with a tool on offer.
std::string messages_of(chat_request request, std::string base = "http://localhost:1/v1") {
  request.tools = {{"f", "", {}, true}};
  auto body = body_of(request, std::move(base));
  auto begin = body.find("\"messages\":") + 11;
  return body.substr(begin, body.find(",\"stream\"") - begin);
}

} // namespace

TEST_CASE("the base URL may have its version or not") {
  auto url = [](std::string base) { return make_openai_chat()->encode({"p", base, ""}, {}).url; };

  CHECK(url("http://h:1") == "http://h:1/v1/chat/completions");
  CHECK(url("http://h:1/") == "http://h:1/v1/chat/completions");
  CHECK(url("http://h:1/v1/") == "http://h:1/v1/chat/completions");
  CHECK(url("https://h/api/paas/v4") == "https://h/api/paas/v4/chat/completions");
  CHECK(url("https://h/v1beta/openai") == "https://h/v1beta/openai/chat/completions");
  CHECK(url("https://h/api?x=1") == "https://h/api/v1/chat/completions?x=1");
  CHECK(url("https://h/v1/chat/completions/") == "https://h/v1/chat/completions");
  CHECK(url("https://h/api/chat/completions") == "https://h/api/chat/completions");
  CHECK(url("https://h/d/x/chat/completions?api-version=1") ==
        "https://h/d/x/chat/completions?api-version=1");
  CHECK(url("http://messages") == "http://messages/v1/chat/completions");
  CHECK(make_openai_chat()->discover({"p", "https://h/api/chat/completions", ""})->begin()[0].url ==
        "https://h/api/models");
  CHECK(make_openai_chat()->discover({"p", "http://h", ""})->begin()[0].url ==
        "http://h/v1/models");
}

TEST_CASE("the key goes where the server looks for it") {
  auto headers = [](std::string base, std::string key) {
    return make_openai_chat()->encode({"p", base, key}, {}).headers;
  };

  CHECK(headers("http://h", "k").back() ==
        std::pair<std::string, std::string>("authorization", "Bearer k"));
  CHECK(headers("https://x.openai.azure.com", "k").back() ==
        std::pair<std::string, std::string>("api-key", "k"));
  CHECK(headers("http://h", "").size() == 2);
}

TEST_CASE("a plain request holds what every server knows and nothing else") {
  auto request = request_of({{chat_role::user, {text_part("hi")}}});
  request.system = {"be brief", "today"};
  request.max_output_tokens = 9;
  request.temperature = 0.5;

  CHECK(body_of(request) ==
        R"({"model":"m","messages":[{"role":"system","content":"be brief\n\ntoday"},)"
        R"({"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true},)"
        R"("temperature":0.5,"max_tokens":9})");
  CHECK(body_of(request, "https://api.openai.com/v1").find("\"max_completion_tokens\":9") !=
        std::string::npos);
  CHECK(body_of(request, "https://api.mistral.ai/v1").find("stream_options") == std::string::npos);
}

TEST_CASE("calls and their results become messages in order") {
  auto request = request_of(
      {{chat_role::user, {text_part("hi")}},
       {chat_role::assistant,
        {text_part("look"), call_part("a", "read", R"({"p":1})"),
         call_part("b", "glob", "{broken")}},
       {chat_role::user, {result_part("a", "ok"), text_part("and now"), result_part("b", "bad")}}});

  CHECK(messages_of(request) ==
        R"([{"role":"user","content":"hi"},{"role":"assistant","content":"look","tool_calls":[)"
        R"({"id":"a","type":"function","function":{"name":"read","arguments":"{\"p\":1}"}},)"
        R"({"id":"b","type":"function","function":{"name":"glob","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"a","content":"ok"},)"
        R"({"role":"tool","tool_call_id":"b","content":"bad"},)"
        R"({"role":"assistant","content":"I stopped here."},)"
        R"({"role":"user","content":"and now"}])");
}

TEST_CASE("Mistral gets call ids of nine characters, the same on call and result") {
  auto request = request_of({{chat_role::assistant, {call_part("call_1_2", "f", "{}")}},
                             {chat_role::user, {result_part("call_1_2", "")}}});

  auto text = messages_of(request, "https://api.mistral.ai");

  auto id = text.substr(text.find("\"id\":\"") + 6, 9);
  CHECK(id.find_first_of("\"_") == std::string::npos);
  CHECK(text.find("\"tool_call_id\":\"" + id + "\"") != std::string::npos);
  request.model.text = "p/org/Devstral-Small";
  CHECK(messages_of(request).find("\"id\":\"" + id + "\"") != std::string::npos);
}

TEST_CASE("Moonshot's models get their own ids back, and words where reasoning is not known") {
  auto request = request_of({{chat_role::assistant, {call_part("functions.f:0", "f", "{}")}},
                             {chat_role::user, {result_part("functions.f:0", "x")}}});

  auto text = messages_of(request, "https://api.moonshot.ai/v1");

  CHECK(text.find(R"("id":"functions.f:0")") != std::string::npos);
  CHECK(text.find(R"x("reasoning_content":"(not recorded)")x") != std::string::npos);
  CHECK(messages_of(request).find("functions.f:0") == std::string::npos);
}

TEST_CASE("images and PDFs go as data URLs, other files as text") {
  auto request = request_of({{chat_role::user,
                              {text_part("see"), file_part("a.png", "image/png", "\x89PNG"),
                               file_part("b.pdf", "application/pdf", "%PDF"),
                               file_part("c.txt", "text/plain", "hello")}}});
  request.model_sees = true;

  CHECK(messages_of(request) ==
        R"([{"role":"user","content":[)"
        R"({"type":"text","text":"see\n\n<file name=\"c.txt\">\nhello\n</file>"},)"
        R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}},)"
        R"({"type":"file","file":{"filename":"b.pdf",)"
        R"("file_data":"data:application/pdf;base64,JVBERg=="}}]}])");
}

TEST_CASE("tools carry their schema") {
  auto request = request_of({});
  request.tools = {{"f", "does f", {R"({"type":"object"})"}, true}, {"g", "", {}, false}};

  CHECK(body_of(request).find(
            R"("tools":[{"type":"function","function":{"name":"f","description":"does f",)"
            R"("parameters":{"type":"object"}}},)"
            R"({"type":"function","function":{"name":"g","description":"",)"
            R"("parameters":{"type":"object","properties":{}}}}])") != std::string::npos);
  CHECK(body_of(request, "https://api.openai.com").find("\"parallel_tool_calls\":true") !=
        std::string::npos);
}

TEST_CASE("reasoning goes back only where its model asked for it") {
  const std::string replay = R"({"replay":"reasoning_content"})";
  auto with = [](std::vector<chat_part> parts) {
    return messages_of(request_of({{chat_role::assistant, std::move(parts)}}));
  };
  auto call = call_part("a", "f", "{}");

  CHECK(with({reasoning_part("hm", replay, "p/m"), call}).find(R"("reasoning_content":"hm")") !=
        std::string::npos);
  CHECK(with({reasoning_part("hm", replay, "p/other"), call}).find("hm") == std::string::npos);
  CHECK(with({reasoning_part("hm", replay, "p/m"), text_part("x")}).find("hm") ==
        std::string::npos);
  CHECK(with({reasoning_part("hm", "", ""), call}).find("hm") == std::string::npos);
  CHECK(with({reasoning_part("", R"({"reasoning_details":[{"data":"x"}]})", "p/m"), call})
            .find(R"("reasoning_details":[{"data":"x"}])") != std::string::npos);
}

TEST_CASE("reasoning is asked for in the server's own form") {
  auto ask = [](std::string base, std::string effort, std::optional<int64_t> budget) {
    auto request = request_of({});
    request.reasoning_effort = std::move(effort);
    request.reasoning_budget = budget;
    auto body = body_of(request, std::move(base));
    auto usage_end = body.find("true}") + 5;
    return body.substr(usage_end);
  };

  CHECK(ask("http://h", "low", {}) == R"(,"reasoning_effort":"low"})");
  CHECK(ask("http://h", "low", 0) == "}");
  CHECK(ask("https://api.deepseek.com", "", 0) == R"(,"thinking":{"type":"disabled"}})");
  CHECK(ask("https://openrouter.ai/api/v1", "", 0) == R"(,"reasoning":{"enabled":false}})");
  CHECK(ask("https://openrouter.ai/api/v1", "high", {}) == R"(,"reasoning":{"effort":"high"}})");
}

TEST_CASE("an assistant message without text and calls is left out") {
  auto request = request_of({{chat_role::assistant, {reasoning_part("hm", "", "")}},
                             {chat_role::user, {text_part("x")}}});

  CHECK(messages_of(request) == R"([{"role":"user","content":"x"}])");
}
