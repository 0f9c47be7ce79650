#include "proto/json/reader.hpp"
#include "proto/provider/anthropic.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

const std::string mark = R"("cache_control":{"type":"ephemeral"})";

chat_message user(std::string text) {
  chat_part said;
  said.text = std::move(text);
  return {chat_role::user, {said}};
}

chat_message assistant(std::string text) {
  auto out = user(std::move(text));
  out.role = chat_role::assistant;
  return out;
}

chat_request request_of(std::string model, std::vector<chat_message> messages = {user("hi")}) {
  chat_request out;
  out.model.text = "p/" + std::move(model);
  out.messages = std::move(messages);
  return out;
}

wire_request encode(const chat_request& request, std::string base = "https://h") {
  return make_anthropic()->encode({"p", std::move(base), "key"}, request);
}

/// A field of the body as JSON, or "-".
std::string sent_field(const chat_request& request, std::string_view name) {
  auto body = encode(request).body;
  json::parser parse;
  auto root = parse.parse_object(body);
  REQUIRE(root);
  auto found = json::find(*root, name);
  return found ? json::to_text(*found) : "-";
}

size_t marks_in(const std::string& text) {
  size_t count = 0;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
    ++count;
  return count;
}

std::string header_of(const wire_request& request, std::string_view name) {
  for (const auto& [known, value] : request.headers)
    if (known == name)
      return value;
  return "-";
}

struct asked {
  std::string thinking;
  std::string config;
  std::string max_tokens;
  std::string temperature;

  bool operator==(const asked&) const = default;
};

asked ask(const chat_request& request) {
  return {sent_field(request, "thinking"), sent_field(request, "output_config"),
          sent_field(request, "max_tokens"), sent_field(request, "temperature")};
}

std::string enabled(int budget) {
  return R"({"type":"enabled","budget_tokens":)" + std::to_string(budget) + "}";
}

const std::string adaptive = R"({"type":"adaptive","display":"summarized"})";
const std::string disabled = R"({"type":"disabled"})";

std::string effort(const std::string& word) {
  return R"({"effort":")" + word + "\"}";
}

} // namespace

TEST_CASE("a Messages call goes to its path with or without the version") {
  auto url = [](std::string base) { return encode(request_of("m"), std::move(base)).url; };

  CHECK(url("https://h") == "https://h/v1/messages");
  CHECK(url("https://h/v1/") == "https://h/v1/messages");
  CHECK(url("https://h/anthropic") == "https://h/anthropic/v1/messages");
  CHECK(url("https://h/v1?k=1") == "https://h/v1/messages?k=1");
  CHECK(url("https://h/v1/messages") == "https://h/v1/messages");
  CHECK(url("https://h/claude/messages/") == "https://h/claude/messages");
}

TEST_CASE("a Messages call names its version and key") {
  auto call = encode(request_of("m"));

  CHECK(call.method == "POST");
  CHECK(header_of(call, "content-type") == "application/json");
  CHECK(header_of(call, "anthropic-version") == "2023-06-01");
  CHECK(header_of(call, "x-api-key") == "key");
  CHECK(header_of(call, "anthropic-beta") == "-");
  CHECK(header_of(make_anthropic()->encode({"p", "http://h", ""}, request_of("m")), "x-api-key") ==
        "-");
}

TEST_CASE("the whole body of a small call") {
  auto request = request_of("org/m");
  request.system = {"You are Koda."};
  request.tools = {{"f", "does f", {R"({"type":"object"})"}, true}, {"g", "", {}, false}};
  request.temperature = 0.5;

  CHECK(encode(request).body ==
        R"({"model":"org/m","max_tokens":32000,)"
        R"("system":[{"type":"text","text":"You are Koda.",)" +
            mark + R"(}],"messages":[{"role":"user","content":[{"type":"text","text":"hi",)" +
            mark +
            R"(}]}],"tools":[)"
            R"({"name":"f","description":"does f","input_schema":{"type":"object"}},)"
            R"({"name":"g","input_schema":{"type":"object","properties":{}},)" +
            mark + R"(}],"temperature":0.5,"stream":true})");
}

TEST_CASE("there are at most four cache marks, at the ends of what stays") {
  auto request = request_of("m", {user("a"), assistant("b"), user("c"), assistant("d"), user("e")});
  request.system = {"stable", " ", "stable too", "changing"};
  request.tools = {{"f", "", {}, true}, {"g", "", {}, true}};
  auto body = encode(request).body;

  CHECK(marks_in(body) == 4);
  auto system = sent_field(request, "system");
  CHECK(system.find(R"("text":"stable too",)" + mark) != std::string::npos);
  CHECK(system.find(R"({"type":"text","text":"changing"}])") != std::string::npos);
  auto messages = sent_field(request, "messages");
  CHECK(marks_in(messages) == 2);
  CHECK(messages.find(R"("text":"c",)" + mark) != std::string::npos);
  CHECK(messages.find(R"("text":"e",)" + mark) != std::string::npos);
  CHECK(sent_field(request, "tools").find("\"name\":\"f\",\"input_schema\"") != std::string::npos);
}

TEST_CASE("without a system prompt and tools there are no such fields") {
  auto request = request_of("m");
  request.system = {"", "\n"};

  CHECK(sent_field(request, "system") == "-");
  CHECK(sent_field(request, "tools") == "-");
}

TEST_CASE("the output limit is what was asked for, else the model's, else a guess by its name") {
  auto limit = [](std::string model, std::optional<int64_t> asked,
                  std::optional<int64_t> model_max) {
    auto request = request_of(std::move(model));
    request.max_output_tokens = asked;
    request.model_output_max = model_max;
    return sent_field(request, "max_tokens");
  };

  CHECK(limit("claude-sonnet-4-5", 1000, 64'000) == "1000");
  CHECK(limit("claude-sonnet-4-5", 90'000, 64'000) == "64000");
  CHECK(limit("claude-sonnet-4-5", {}, 50'000) == "50000");
  CHECK(limit("claude-sonnet-4-5", {}, {}) == "64000");
  CHECK(limit("claude-sonnet-4-5", 100'000, {}) == "100000");
  CHECK(limit("claude-opus-4-1", {}, {}) == "32000");
  CHECK(limit("claude-3-5-haiku-latest", {}, {}) == "8192");
  CHECK(limit("claude-3-opus-20240229", {}, {}) == "4096");
  CHECK(limit("claude-opus-5", {}, {}) == "64000");
  CHECK(limit("glm-5", 0, 0) == "32000");
}

TEST_CASE("reasoning is asked for in the model's own form") {
  struct row {
    std::string model;
    std::optional<int64_t> budget;
    std::string effort;
    asked expected;
  };
  const row rows[] = {
      // With a budget.
      {"claude-sonnet-4-5", {}, "", {"-", "-", "64000", "0.5"}},
      {"claude-sonnet-4-5", 10'000, "", {enabled(10'000), "-", "64000", "-"}},
      {"claude-sonnet-4-5", 1, "", {enabled(1'024), "-", "64000", "-"}},
      {"claude-sonnet-4-5", {}, "low", {enabled(4'096), "-", "64000", "-"}},
      {"claude-sonnet-4-5", {}, "medium", {enabled(8'192), "-", "64000", "-"}},
      {"claude-sonnet-4-5", {}, "high", {enabled(16'384), "-", "64000", "-"}},
      {"claude-sonnet-4-5", {}, "max", {enabled(32'768), "-", "64000", "-"}},
      {"claude-sonnet-4-5", 2'000, "max", {enabled(2'000), "-", "64000", "-"}},
      {"claude-sonnet-4-5", 0, "high", {disabled, "-", "64000", "0.5"}},
      {"claude-3-7-sonnet-latest", 2'000, "", {enabled(2'000), "-", "32000", "-"}},
      // By itself.
      {"claude-opus-4-6", {}, "", {"-", "-", "64000", "0.5"}},
      {"claude-opus-4-6", {}, "max", {adaptive, effort("max"), "64000", "-"}},
      {"claude-opus-4-6", 2'000, "", {adaptive, effort("low"), "64000", "-"}},
      {"claude-opus-4-6", 10'000, "", {adaptive, effort("medium"), "64000", "-"}},
      {"claude-opus-4-6", 1'000'000, "", {adaptive, effort("high"), "64000", "-"}},
      {"claude-opus-4-6", 0, "", {disabled, "-", "64000", "0.5"}},
      {"claude-opus-5", {}, "", {"-", "-", "64000", "-"}},
      {"claude-opus-5", {}, "medium", {adaptive, effort("medium"), "64000", "-"}},
      {"claude-opus-5", 0, "", {disabled, "-", "64000", "-"}},
      {"claude-next", 5'000, "high", {adaptive, effort("high"), "64000", "-"}},
      // Not at all.
      {"claude-3-5-haiku-latest", 5'000, "high", {"-", "-", "8192", "0.5"}},
      {"claude-3-5-haiku-latest", 0, "", {"-", "-", "8192", "0.5"}},
      {"glm-5", 5'000, "", {"-", "-", "32000", "0.5"}},
  };
  for (const auto& [model, budget, word, expected] : rows) {
    auto request = request_of(model);
    request.reasoning_budget = budget;
    request.reasoning_effort = word;
    request.temperature = 0.5;
    auto got = ask(request);
    INFO(model << " " << budget.value_or(-1) << " " << word << ": " << got.thinking << " "
               << got.config << " " << got.max_tokens << " " << got.temperature);
    CHECK(got == expected);
  }
}

TEST_CASE("a model of another name reasons with a budget if it is known to") {
  auto request = request_of("glm-5");
  request.model_reasons = true;
  request.reasoning_budget = 5'000;
  CHECK(ask(request).thinking == enabled(5'000));

  request.reasoning_budget = 0;
  CHECK(ask(request).thinking == disabled);
}

TEST_CASE("the output limit stays above the budget") {
  auto with = [](int64_t budget, std::optional<int64_t> limit, int64_t model_max) {
    auto request = request_of("claude-sonnet-4-5");
    request.reasoning_budget = budget;
    request.max_output_tokens = limit;
    request.model_output_max = model_max;
    return ask(request);
  };

  CHECK(with(10'000, 4'000, 64'000) == asked{enabled(10'000), "-", "18192", "-"});
  CHECK(with(60'000, 4'000, 64'000) == asked{enabled(60'000), "-", "64000", "-"});
  CHECK(with(64'000, {}, 64'000) == asked{enabled(32'000), "-", "64000", "-"});
  CHECK(with(INT64_MAX, {}, 64'000) == asked{enabled(32'000), "-", "64000", "-"});
  CHECK(with(1'024, {}, 1'025) == asked{enabled(1'024), "-", "1025", "-"});
  CHECK(with(5'000, 500, 2'000) == asked{"-", "-", "500", "-"});
}

TEST_CASE("reasoning between calls is a beta where it has a budget") {
  auto beta = [](std::string model, bool tools) {
    auto request = request_of(std::move(model));
    request.reasoning_budget = 5'000;
    request.model_reasons = true;
    if (tools)
      request.tools = {{"f", "", {}, true}};
    return header_of(encode(request), "anthropic-beta");
  };

  CHECK(beta("claude-sonnet-4-5", true) == "interleaved-thinking-2025-05-14");
  CHECK(beta("claude-sonnet-4-5", false) == "-");
  CHECK(beta("claude-opus-4-6", true) == "-");
  CHECK(beta("claude-opus-5", true) == "-");
  CHECK(beta("glm-5", true) == "-");
}

TEST_CASE("a temperature above one is one") {
  auto request = request_of("claude-sonnet-4-5");
  request.temperature = 1.7;
  CHECK(ask(request).temperature == "1.0");
  request.temperature = -1;
  CHECK(ask(request).temperature == "0.0");
}
