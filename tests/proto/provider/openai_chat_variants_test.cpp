// What servers that speak Chat Completions do differently, beyond openai_chat_stream_test.cpp.
#include "proto/provider/copilot.hpp"
#include "proto/provider/openai_chat.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

std::unique_ptr<stream_decoder> make() {
  return make_openai_chat()->decoder({"p/m"});
}

heard hear_bytes(const std::string& bytes) {
  auto got = listen(make, bytes);
  CHECK(got == listen_bytewise(make, bytes));
  return got;
}

heard hear(const std::vector<std::string>& payloads) {
  return hear_bytes(framed(payloads));
}

std::string delta(const std::string& fields) {
  return R"({"choices":[{"index":0,"delta":{)" + fields + "}}]}";
}

const std::string finish = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";

ec code_of(const heard& from) {
  return from.failure.value_or(error{}).code;
}

chat_request asking(std::string effort, std::optional<int64_t> budget = {}) {
  chat_request out;
  out.model.text = "p/m";
  out.reasoning_effort = std::move(effort);
  out.reasoning_budget = budget;
  return out;
}

std::string body_of(const chat_request& request, std::string base) {
  return make_openai_chat()->encode({"p", std::move(base), ""}, request).body;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

chat_part file_part(std::string name, std::string mime_type) {
  chat_part out;
  out.kind = chat_part_kind::file;
  out.name = std::move(name);
  out.mime_type = std::move(mime_type);
  out.text = "\x89\xff";
  return out;
}

} // namespace

TEST_CASE("[DONE] without a choice before it is a failure, not an empty answer") {
  for (auto payload : {R"({"choices":7})", R"({"choices":[]})", R"({"choices":[7]})",
                       R"({"choices":[{"index":0}]})", R"({"choices":[{"index":0,"delta":7}]})",
                       R"({"choices":null,"usage":{"prompt_tokens":3}})", "{}"}) {
    INFO(payload);
    CHECK(code_of(hear({payload, "[DONE]"})) == ec::provider_failed);
    CHECK(code_of(hear({payload})) == ec::stream_cut);
  }
  CHECK(code_of(hear({"[DONE]"})) == ec::provider_failed);
  CHECK(hear({delta(R"("role":"assistant")"), "[DONE]"}).stop == stop_reason::end);
}

TEST_CASE("an error in a line of its own is an error") {
  auto line = [](const std::string& end) {
    return "error: {\"code\":400,\"message\":\"x\",\"type\":\"exceed_context_size_error\"}" + end;
  };
  auto start = framed({delta(R"("content":"a")")});

  for (auto end : {"\n\n", "\r\n\r\n", "\n", ""}) {
    CHECK(code_of(hear_bytes(start + line(end))) == ec::context_overflow);
    CHECK(code_of(hear_bytes(line(end))) == ec::context_overflow);
  }
  CHECK(code_of(hear_bytes("data: {}\n" + line("\n\n"))) == ec::context_overflow);
  CHECK(code_of(hear_bytes(start + framed({finish}) + line("\n\n"))) == ec::context_overflow);
  CHECK(hear_bytes(start + framed({finish, "[DONE]"}) + line("\n\n")).stop == stop_reason::end);
}

TEST_CASE("only a line that begins with the field's name is an error") {
  auto got =
      hear_bytes("erro: x\nerrors: x\n: error: x\ndata: " + delta(R"("content":"error: {}")") +
                 "\n\n e\nerror\n" + framed({finish}) + "err");

  CHECK(got.text == "error: {}");
  CHECK(got.stop == stop_reason::end);
}

TEST_CASE("an answer split over two choices of one index is one") {
  auto text = std::string(R"({"content":"look"})");
  auto calls = std::string(R"({"content":null,"tool_calls":[{"id":"a","type":"function",)"
                           R"("function":{"name":"f","arguments":"{}"}}]})");
  for (const std::string key : {"message", "delta"}) {
    auto got =
        hear({R"({"choices":[{"index":0,"finish_reason":"stop",")" + key + "\":" + text +
              R"(},{"index":0,"finish_reason":"tool_calls",")" + key + "\":" + calls + "}]}"});
    CHECK(got.text == "look");
    CHECK(got.calls[0].whole == "{}");
    CHECK(got.stop == stop_reason::tool_calls);
  }
}

TEST_CASE("usage in the last choice, after it, and in Groq's place is read") {
  auto end = [](const std::string& choice, const std::string& frame) {
    return hear({delta(R"("content":"a")"), R"({"choices":[{"index":0,"delta":{},)" + choice +
                                                R"("finish_reason":"stop"}])" + frame + "}"})
        .spent;
  };
  const std::string spent = R"({"prompt_tokens":5,"completion_tokens":2})";

  CHECK(end(R"("usage":)" + spent + ",", "") == usage{5, 2, 0, 0, 0});
  CHECK(end("", R"(,"x_groq":{"id":"x","usage":)" + spent + "}") == usage{5, 2, 0, 0, 0});
  CHECK(end("", R"(,"usage":)" + spent) == usage{5, 2, 0, 0, 0});
}

TEST_CASE("content may be an array of texts") {
  CHECK(hear({delta(R"("content":[{"type":"text","text":"a"},7,{"type":"text","text":"b"}])"),
              finish})
            .text == "ab");
}

TEST_CASE("what Copilot seals is opaque, wherever it comes") {
  const std::string opaque = R"({"reasoning_opaque":"s"})";
  auto sealed = delta(R"("reasoning_opaque":"s")");

  auto before = hear({delta(R"("reasoning_text":"hm")"), sealed, delta(R"("content":"a")"),
                      delta(R"("content":"b")"), finish});
  CHECK(before.reasoning == "hm");
  CHECK(before.text == "ab");
  CHECK(before.opaque == std::vector{opaque});
  CHECK(before.reasoning_ends == 1);

  auto after = hear({delta(R"("content":"a")"), sealed, finish});
  CHECK(after.opaque == std::vector{opaque});
  CHECK(after.reasoning_ends == 1);
}

TEST_CASE("what Copilot sealed goes back to its model") {
  auto request = asking("");
  chat_part said;
  said.text = "a";
  chat_part thought;
  thought.kind = chat_part_kind::reasoning;
  thought.text = "hm";
  thought.opaque.text = R"({"reasoning_opaque":"s"})";
  thought.opaque_model.text = "p/m";
  request.messages = {{chat_role::assistant, {thought, said}}};
  const std::string back = R"("reasoning_text":"hm","reasoning_opaque":"s")";

  CHECK(holds(make_copilot()->encode({"p", "", ""}, request).body, back));
  request.model.text = "p/other";
  CHECK_FALSE(holds(make_copilot()->encode({"p", "", ""}, request).body, "opaque"));
}

TEST_CASE("an image becomes a note for a model that does not see") {
  auto request = asking("");
  request.messages = {{chat_role::user, {file_part("a.png", "image/png")}}};

  auto blind = body_of(request, "http://h");
  CHECK_FALSE(holds(blind, "image_url"));
  CHECK(holds(
      blind,
      R"("content":"[The image a.png (image/png) is left out: this model sees no images.]")"));

  request.model_sees = true;
  CHECK(holds(body_of(request, "http://h"), R"("type":"image_url")"));
}

TEST_CASE("efforts are named as the server knows them") {
  struct row {
    std::string base, low, medium, max;
  };
  const row rows[] = {
      {"http://h", "low", "medium", "high"},
      {"https://api.openai.com", "low", "medium", "high"},
      {"https://api.deepseek.com", "low", "high", "max"},
      {"https://api.groq.com/openai/v1", "low", "medium", "high"},
  };
  for (const auto& [base, low, medium, max] : rows) {
    INFO(base);
    CHECK(holds(body_of(asking("low"), base), R"("reasoning_effort":")" + low + "\""));
    CHECK(holds(body_of(asking("medium"), base), R"("reasoning_effort":")" + medium + "\""));
    CHECK(holds(body_of(asking("max"), base), R"("reasoning_effort":")" + max + "\""));
  }
  CHECK(holds(body_of(asking("max"), "https://openrouter.ai/api/v1"),
              R"("reasoning":{"effort":"xhigh"})"));
  CHECK(holds(body_of(asking("max"), "https://api.deepseek.com"),
              R"("thinking":{"type":"enabled"})"));
}

TEST_CASE("OpenAI's reasoning models get an effort from a budget, and no temperature") {
  auto body = [](std::string name, std::optional<int64_t> budget, bool tools) {
    auto request = asking("", budget);
    request.model.text = "p/" + name;
    request.temperature = 0.5;
    if (tools)
      request.tools = {{"f", "", {}, false}};
    return body_of(request, "https://api.openai.com/v1");
  };

  CHECK(holds(body("o3", 3000, true), R"("reasoning_effort":"low")"));
  CHECK(holds(body("gpt-5.1", 0, true), R"("reasoning_effort":"none")"));
  CHECK_FALSE(holds(body("o3", {}, true), "temperature"));
  CHECK(holds(body("gpt-4o", 3000, true), "temperature"));
  CHECK_FALSE(holds(body("gpt-4o", 3000, true), "reasoning_effort"));
  CHECK(holds(body("gpt-5.4", 3000, false), "reasoning_effort"));
  CHECK_FALSE(holds(body("gpt-5.4", 3000, true), "reasoning_effort"));
}
