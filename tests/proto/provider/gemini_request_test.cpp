#include "proto/provider/gemini.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

const std::string gemini_2 = "g/gemini-2.0-flash"; // Neither thinks nor checks signatures.
const std::string gemini_3 = "g/gemini-3-pro-preview";

chat_part text_part(std::string text) {
  chat_part out;
  out.text = std::move(text);
  return out;
}

chat_part call_part(std::string id, std::string tool, std::string input = "{}") {
  chat_part out;
  out.kind = chat_part_kind::tool_call;
  out.call_id = std::move(id);
  out.tool = std::move(tool);
  out.input = std::move(input);
  return out;
}

chat_part result_part(std::string id, std::string tool, std::string text, bool failed = false) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::tool_result;
  out.call_id = std::move(id);
  out.tool = std::move(tool);
  out.failed = failed;
  return out;
}

chat_part reasoning_part(std::string text) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::reasoning;
  return out;
}

chat_part file_part(std::string name, std::string mime_type, std::string bytes) {
  auto out = text_part(std::move(bytes));
  out.kind = chat_part_kind::file;
  out.name = std::move(name);
  out.mime_type = std::move(mime_type);
  return out;
}

chat_part kept(chat_part from, std::string opaque, std::string model = gemini_3) {
  from.opaque.text = std::move(opaque);
  from.opaque_model.text = std::move(model);
  return from;
}

chat_request request_of(std::vector<chat_message> messages, std::string model = gemini_2) {
  chat_request out;
  out.model.text = std::move(model);
  out.messages = std::move(messages);
  return out;
}

std::string body_of(const chat_request& request) {
  return make_gemini()->encode({"g", "http://h", ""}, request).body;
}

/// What stands in `contents`.
std::string contents_of(chat_request request) {
  request.tools = {{"f", "", {}, true}};
  auto body = body_of(request);
  const std::string key = R"("contents":[)";
  auto begin = body.find(key) + key.size();
  auto end = body.find(R"(,"tools")");
  return body.substr(begin, end - 1 - begin);
}

} // namespace

TEST_CASE("the URL names version, model and framing, and the key has its header") {
  auto url = [](std::string base, std::string model = "gemini-x") {
    return make_gemini()->encode({"g", base, ""}, request_of({}, "g/" + model)).url;
  };

  const std::string rest = "/models/gemini-x:streamGenerateContent?alt=sse";
  CHECK(url("https://h") == "https://h/v1beta" + rest);
  CHECK(url("https://h/") == "https://h/v1beta" + rest);
  CHECK(url("https://h/v1beta/") == "https://h/v1beta" + rest);
  CHECK(url("https://h/v1") == "https://h/v1" + rest);
  CHECK(url("https://h/v1/publishers/google") == "https://h/v1/publishers/google" + rest);
  CHECK(url("https://h/v1beta?k=1") ==
        "https://h/v1beta/models/gemini-x:streamGenerateContent?k=1&alt=sse");
  CHECK(url("https://h", "tunedModels/a") ==
        "https://h/v1beta/tunedModels/a:streamGenerateContent?alt=sse");
  CHECK(url("https://h", "models/a") == "https://h/v1beta/models/a:streamGenerateContent?alt=sse");
  CHECK(url("https://h", "a b?c#d") ==
        "https://h/v1beta/models/a%20b%3Fc%23d:streamGenerateContent?alt=sse");

  auto headers = make_gemini()->encode({"g", "https://h", "k"}, {}).headers;
  CHECK(headers.back() == std::pair<std::string, std::string>("x-goog-api-key", "k"));
  CHECK(make_gemini()->encode({"g", "https://h", ""}, {}).headers.size() == 2);
}

TEST_CASE("a plain request holds what was said and nothing else") {
  auto request = request_of({{chat_role::user, {text_part("hi")}}});
  request.system = {"be brief", "", "today"};
  request.max_output_tokens = 9;
  request.temperature = 0.5;

  CHECK(body_of(request) ==
        R"({"systemInstruction":{"parts":[{"text":"be brief"},{"text":"today"}]},)"
        R"("contents":[{"role":"user","parts":[{"text":"hi"}]}],)"
        R"("generationConfig":{"temperature":0.5,"maxOutputTokens":9}})");
  CHECK(body_of(request_of({})) == R"({"contents":[{"role":"user","parts":[{"text":"Go on."}]}]})");
}

TEST_CASE("how to think is part of the configuration") {
  auto request = request_of({}, gemini_3);
  request.reasoning_effort = "high";
  CHECK(body_of(request).find(R"("generationConfig":{"thinkingConfig":{"includeThoughts":true,)"
                              R"("thinkingLevel":"HIGH"}})") != std::string::npos);
  request.model.text = "g/gemini-2.5-flash";
  request.reasoning_budget = 0;
  CHECK(body_of(request).find(R"({"includeThoughts":false,"thinkingBudget":0})") !=
        std::string::npos);
}

TEST_CASE("tools carry their schema, if they have one") {
  auto request = request_of({{chat_role::user, {text_part("hi")}}});
  request.tools = {{"f", "does f", {R"({"type":"object"})"}, true}, {"g", "", {}, false}};

  CHECK(body_of(request) == R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"tools":[)"
                            R"({"functionDeclarations":[{"name":"f","description":"does f",)"
                            R"("parametersJsonSchema":{"type":"object"}},{"name":"g"}]}]})");
}

TEST_CASE("neighbours of one role become one content, and the user begins") {
  auto user = chat_role::user, model = chat_role::assistant;

  CHECK(contents_of(request_of({{user, {text_part("a"), text_part("")}},
                                {user, {text_part("b")}},
                                {user, {}},
                                {model, {text_part("c")}},
                                {model, {reasoning_part("secret"), text_part("d")}},
                                {model, {text_part("")}},
                                {user, {text_part("e")}}})) ==
        R"({"role":"user","parts":[{"text":"a"},{"text":"b"}]},)"
        R"({"role":"model","parts":[{"text":"c"},{"text":"d"}]},)"
        R"({"role":"user","parts":[{"text":"e"}]})");
  CHECK(contents_of(request_of({{model, {text_part("a")}}})) ==
        R"({"role":"user","parts":[{"text":"[The beginning of the conversation is left out.]"}]},)"
        R"({"role":"model","parts":[{"text":"a"}]},{"role":"user","parts":[{"text":"Go on."}]})");
}

TEST_CASE("results stand together in the order of their calls, before what the user adds") {
  auto request = request_of(
      {{chat_role::user, {text_part("go")}},
       {chat_role::assistant,
        {call_part("a", "read", R"({"p":1})"), call_part("b", "glob", "{broken"),
         call_part("c", "read", "[1]")}},
       {chat_role::user,
        {text_part("stop"), result_part("c", "", "third"), result_part("x", "lost", "?"),
         result_part("a", "read", "first"), result_part("b", "glob", "no such path", true)}}});

  CHECK(contents_of(request) ==
        R"({"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)"
        R"({"functionCall":{"name":"read","args":{"p":1}}},)"
        R"({"functionCall":{"name":"glob","args":{}}},)"
        R"({"functionCall":{"name":"read","args":{}}}]},{"role":"user","parts":[)"
        R"({"functionResponse":{"name":"read","response":{"output":"first"}}},)"
        R"({"functionResponse":{"name":"glob","response":{"error":"no such path"}}},)"
        R"({"functionResponse":{"name":"read","response":{"output":"third"}}},)"
        R"({"text":"stop"},{"text":"Result of an earlier call:\n?"}]})");
}

TEST_CASE("ids go back where Gemini gave them, to the call and to its result") {
  auto request = request_of(
      {{chat_role::user, {text_part("go")}},
       {chat_role::assistant,
        {kept(call_part("call_1_1_1", "f"), R"({"thoughtSignature":"S","id":"own"})"),
         call_part("call_2", "g")}},
       {chat_role::user, {result_part("call_1_1_1", "f", "1"), result_part("call_2", "g", "2")}}},
      gemini_3);

  CHECK(contents_of(request) ==
        R"({"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)"
        R"({"functionCall":{"id":"own","name":"f","args":{}},"thoughtSignature":"S"},)"
        R"({"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[)"
        R"({"functionResponse":{"id":"own","name":"f","response":{"output":"1"}}},)"
        R"({"functionResponse":{"name":"g","response":{"output":"2"}}}]})");
}

TEST_CASE("signatures go back on their parts, to the same model only") {
  std::vector<chat_message> messages{
      {chat_role::user, {text_part("go")}},
      {chat_role::assistant,
       {reasoning_part("plain"), kept(reasoning_part("signed"), R"({"thoughtSignature":"S1"})"),
        text_part("a"), kept(text_part(""), R"({"thoughtSignature":"S2"})"),
        kept(text_part("b"), "not json"), kept(text_part("c"), R"({"other":"x"})")}}};
  const std::string next = R"({"role":"user","parts":[{"text":"Go on."}]})";

  CHECK(contents_of(request_of(messages, gemini_3)) ==
        R"({"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)"
        R"({"text":"signed","thought":true,"thoughtSignature":"S1"},)"
        R"({"text":"a"},{"text":"","thoughtSignature":"S2"},{"text":"b"},{"text":"c"}]},)" +
            next);
  CHECK(contents_of(request_of(messages, "g/gemini-3-flash")) ==
        R"({"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[)"
        R"({"text":"a"},{"text":"b"},{"text":"c"}]},)" +
            next);
}

TEST_CASE("where signatures are checked, a step's first call has one") {
  auto step = [](chat_part first) {
    return std::vector<chat_message>{
        {chat_role::assistant, {std::move(first), call_part("b", "g")}},
        {chat_role::user, {result_part("a", "f", ""), result_part("b", "g", "")}}};
  };
  auto count_of = [](const std::string& text, std::string_view what) {
    int found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
      ++found;
    return found;
  };
  auto of_other = kept(call_part("a", "f"), R"({"thoughtSignature":"S"})", "other/model");
  auto of_own = kept(call_part("a", "f"), R"({"thoughtSignature":"S"})");
  auto messages = step(of_other);
  for (auto& message : step(of_own))
    messages.push_back(message);
  for (auto& message : step(call_part("a", "f")))
    messages.push_back(message);

  auto text = contents_of(request_of(messages, gemini_3));

  const std::string unsigned_first =
      R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":)"
      R"("skip_thought_signature_validator"},{"functionCall":{"name":"g","args":{}}}])";
  CHECK(count_of(text, unsigned_first) == 2);
  CHECK(count_of(text, R"("thoughtSignature":"S"})") == 1);
  CHECK(count_of(text, "thoughtSignature") == 3);
  CHECK(count_of(contents_of(request_of(messages, gemini_2)), "thoughtSignature") == 0);
}

TEST_CASE("images go to models that see, PDFs to all, the rest as text") {
  auto request = request_of(
      {{chat_role::user,
        {file_part("a.png", "image/png", "\x89PNG"), file_part("b.pdf", "application/pdf", "%PDF"),
         file_part("c.gif", "image/gif", "GIF\xFF"), file_part("d.txt", "text/plain", "hello")}}});
  const std::string pdf = R"({"inlineData":{"mimeType":"application/pdf","data":"JVBERg=="}},)";
  const std::string rest = R"({"text":"[The file c.gif (image/gif) cannot be shown as text.]"},)"
                           R"({"text":"<file name=\"d.txt\">\nhello\n</file>"}]})";

  CHECK(contents_of(request) ==
        R"({"role":"user","parts":[{"text":"[The image a.png (image/png) is left out: this model )"
        R"(sees no images.]"},)" +
            pdf + rest);
  request.model_sees = true;
  CHECK(contents_of(request) ==
        R"({"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw=="}},)" +
            pdf + rest);
}
