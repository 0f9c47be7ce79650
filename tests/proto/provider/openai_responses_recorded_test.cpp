#include "proto/json/reader.hpp"
#include "proto/provider/openai_responses.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

struct golden {
  std::string name;
  size_t number; ///< Of the answers in the file.
  heard expected;
};

std::unique_ptr<stream_decoder> make() {
  return make_openai_responses()->decoder({"p/m"});
}

/// One of the answers that a recording holds one after the other.
std::string answer_of(const std::string& name, size_t number) {
  std::vector<std::string> payloads;
  size_t seen = 0;
  for (const auto& line : recorded(name)) {
    seen += line.find(R"("type":"response.created")") != std::string::npos;
    if (seen == number + 1)
      payloads.push_back(line);
  }
  REQUIRE_FALSE(payloads.empty());
  return framed(payloads);
}

heard answer(std::string text, usage spent) {
  heard out;
  out.text = std::move(text);
  out.spent = spent;
  out.stop = stop_reason::end;
  return out;
}

heard one_call(std::string id, std::string tool, std::string input, usage spent) {
  heard out;
  out.calls[0] = {std::move(id), std::move(tool), input, input, true};
  out.spent = spent;
  out.stop = stop_reason::tool_calls;
  return out;
}

heard failed(ec code) {
  heard out;
  out.failure = make_error(code, "");
  return out;
}

heard phases() {
  auto out = answer("", {4040, 463, 64, 3072, 0});
  for (const auto& line : recorded("openai-responses-phase.1")) {
    json::parser parse;
    auto frame = parse.parse_object(line);
    REQUIRE(frame.ok());
    if (json::find_string(*frame, "type") == "response.output_text.done")
      out.text += json::find_string(*frame, "text").value_or("");
  }
  out.part_ends = 1;
  out.opaque = {R"({"phase":"commentary"})", R"({"phase":"final_answer"})"};
  return out;
}

/// What is sealed is taken from the item's end: at its beginning it is another text.
std::string sealed() {
  for (const auto& line : recorded("openai-responses-reasoning-encrypted-content.1")) {
    json::parser parse;
    auto frame = parse.parse_object(line);
    REQUIRE(frame.ok());
    if (json::find_string(*frame, "type") != "response.output_item.done")
      continue;
    auto item = json::find_object(*frame, "item");
    REQUIRE(item);
    return R"({"type":"reasoning","summary":)" + json::to_text(*json::find(*item, "summary")) +
           R"(,"encrypted_content":)" + json::to_text(*json::find(*item, "encrypted_content")) +
           "}";
  }
  return {};
}

std::vector<golden> goldens() {
  const std::string encrypted = "openai-responses-reasoning-encrypted-content.1";
  auto reasoned = one_call("call_AB6AaRZ1FYZB2RwS6A5vbdqn", "calculator",
                           R"({"a":12,"b":7,"op":"add"})", {134, 28, 0, 0, 0});
  reasoned.reasoning = "**Calculating step-by-step using calculator**\n\nI'll compute 12 plus 7, "
                       "then multiply the result by 3, and finally multiply that by 10, reporting "
                       "the final product.";
  reasoned.reasoning_ends = 1;
  reasoned.opaque = {sealed()};
  return {
      {"openai-responses-custom-tool.1", 0,
       one_call("call_custom_sql_001", "write_sql",
                R"({"input":"SELECT * FROM users WHERE age > 25"})", {50, 20, 0, 0, 0})},
      {"openai-responses-error.1", 0, failed(ec::quota_exceeded)},
      {"openai-responses-parallel-tool-call-wrapper.1", 0,
       one_call("call_parallel", "parallel",
                R"({"tool_uses":[{"recipient_name":"functions.weather","parameters":)"
                R"({"location":"San Francisco"}},{"recipient_name":"functions.cityAttractions",)"
                R"("parameters":{"city":"Rome"}}]})",
                {34, 28, 0, 0, 0})},
      {"openai-responses-phase.1", 0, phases()},
      {encrypted, 0, reasoned},
      {encrypted, 1,
       one_call("call_Q6pW65MUgW9vF59BmItYGos3", "calculator", R"({"a":19,"b":3,"op":"multiply"})",
                {221, 26, 0, 0, 0})},
      {encrypted, 2,
       one_call("call_Zl5vIMnD7dVAjgU6FkhmiCZh", "calculator", R"({"a":57,"b":10,"op":"multiply"})",
                {260, 26, 0, 0, 0})},
      {encrypted, 3, answer("The final result is **570**.", {299, 12, 0, 0, 0})},
  };
}

ec code_of(const heard& from) {
  return from.failure.value_or(error{}).code;
}

} // namespace

TEST_CASE("recorded Responses streams give what was said, whole and byte by byte" *
          doctest::skip(!has_recordings())) {
  for (auto& [name, number, expected] : goldens()) {
    INFO(name << " " << number);
    auto bytes = answer_of(name, number);

    for (auto& got : {listen(make, bytes), listen_bytewise(make, bytes),
                      listen(make, bytes + "data: [DONE]\n\n")}) {
      CHECK(got.text == expected.text);
      CHECK(got.reasoning == expected.reasoning);
      CHECK(got.opaque == expected.opaque);
      CHECK(got.calls == expected.calls);
      CHECK(got.spent == expected.spent);
      CHECK(got.reasoning_ends == expected.reasoning_ends);
      CHECK(got.part_ends == expected.part_ends);
      CHECK(got.stop == expected.stop);
      CHECK(got.failure.has_value() == expected.failure.has_value());
      CHECK(to_word(code_of(got)) == to_word(code_of(expected)));
    }
  }
}

TEST_CASE("a recorded Responses stream cut at any byte is complete or cut, no half call ends" *
          doctest::skip(!has_recordings())) {
  for (auto& [name, number, expected] : goldens()) {
    INFO(name << " " << number);
    auto bytes = answer_of(name, number);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      auto got = listen(make, std::string_view(bytes).substr(0, cut));
      INFO(cut);
      REQUIRE(expected.text.starts_with(got.text));
      REQUIRE(expected.reasoning.starts_with(got.reasoning));
      REQUIRE_FALSE(got.late);
      if (got.stop) {
        REQUIRE_FALSE(got.failure);
        REQUIRE(got == expected);
        continue;
      }
      REQUIRE(got.failure);
      bool known = got.failure->code == ec::stream_cut || code_of(got) == code_of(expected);
      REQUIRE(known);
      for (const auto& [index, call] : got.calls)
        REQUIRE_FALSE(call.ended);
    }
  }
}

TEST_CASE("the answers of a recording after the first are not listened to" *
          doctest::skip(!has_recordings())) {
  auto name = "openai-responses-reasoning-encrypted-content.1";

  auto got = listen(make, framed(recorded(name)));

  CHECK(got == listen(make, answer_of(name, 0)));
}
