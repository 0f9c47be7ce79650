#include "proto/json/reader.hpp"
#include "proto/provider/openai_chat.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

struct golden {
  std::string name;
  heard expected;
};

std::unique_ptr<stream_decoder> make() {
  return make_openai_chat()->decoder({"p/m"});
}

heard answer(std::string text, usage spent) {
  heard out;
  out.text = std::move(text);
  out.spent = spent;
  out.stop = stop_reason::end;
  return out;
}

heard one_call(heard_call call, usage spent) {
  heard out;
  out.calls[0] = std::move(call);
  out.spent = spent;
  out.stop = stop_reason::tool_calls;
  return out;
}

heard with_reasoning(heard from, std::string reasoning, std::vector<std::string> opaque) {
  from.reasoning = std::move(reasoning);
  from.reasoning_ends = 1;
  from.opaque = std::move(opaque);
  return from;
}

std::vector<golden> goldens() {
  const std::string replay = R"({"replay":"reasoning_content"})";
  const std::string city = R"({"location": "San Francisco"})";
  return {
      {"openai-chat-azure-model-router", answer("Capital of Denmark.", {15, 78, 64, 0, 0})},
      {"openai-chat-groq-tool-call",
       one_call({"tk85n1k4m", "weather", "{}", "{}", true}, {210, 15, 0, 0, 0})},
      {"openai-chat-mistral-tool-call",
       one_call({"gSIMJiOkT", "weather", city, city, true}, {124, 22, 0, 0, 0})},
      {"openai-chat-mistral-reasoning",
       with_reasoning(answer("2 + 2 = 4", {10, 46, 0, 0, 0}),
                      "The user is asking for 2+2. This is basic arithmetic. 2+2=4.", {})},
      {"openai-chat-xai-text",
       with_reasoning(answer("Hello", {1, 291, 290, 11, 0}), "First, the user said", {replay})},
      {"openai-chat-deepseek-tool-call",
       with_reasoning(
           one_call({"call_00_ioIn7yN9p1ZOMNpDLwd4MgAF", "weather", city, city, true},
                    {19, 83, 39, 320, 0}),
           "The user is asking for the weather in San Francisco. I need to use the weather tool "
           "to get this information. Let me invoke the weather tool with the location parameter "
           "set to \"San Francisco\".",
           {replay})},
  };
}

bool is_object(const std::string& text) {
  json::parser parse;
  return parse.parse_object(text).ok();
}

} // namespace

TEST_CASE("recorded streams give what was said, whole and byte by byte" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto bytes = framed(recorded(name)) + "data: [DONE]\n\n";

    for (const auto& got : {listen(make, bytes), listen_bytewise(make, bytes)}) {
      CHECK(got.text == expected.text);
      CHECK(got.reasoning == expected.reasoning);
      CHECK(got.spent == expected.spent);
      CHECK(got == expected);
    }
  }
}

TEST_CASE("a recorded stream cut at any byte is complete or cut, and no half call ends" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto bytes = framed(recorded(name)) + "data: [DONE]\n\n";
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      auto got = listen(make, std::string_view(bytes).substr(0, cut));
      INFO(cut);
      CHECK(expected.text.starts_with(got.text));
      CHECK_FALSE(got.late);
      if (got.stop) {
        CHECK_FALSE(got.failure);
        CHECK(got.calls == expected.calls);
        CHECK(got.text == expected.text);
        continue;
      }
      REQUIRE(got.failure);
      CHECK(got.failure->code == ec::stream_cut);
      for (const auto& [index, call] : got.calls)
        CHECK_FALSE(call.ended);
    }
  }
}

TEST_CASE("the arguments of every recorded call are an object" * doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    auto got = listen(make, framed(recorded(name)));
    for (const auto& [index, call] : got.calls)
      CHECK(is_object(call.whole));
  }
}
