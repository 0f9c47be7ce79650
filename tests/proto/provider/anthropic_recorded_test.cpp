#include "proto/json/reader.hpp"
#include "proto/provider/anthropic.hpp"
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
  return make_anthropic()->decoder({"p/m"});
}

heard answer(std::string text, usage spent, stop_reason stop = stop_reason::end) {
  heard out;
  out.text = std::move(text);
  out.spent = spent;
  out.stop = stop;
  return out;
}

heard one_call(std::string text, heard_call call, usage spent) {
  auto out = answer(std::move(text), spent, stop_reason::tool_calls);
  out.calls[0] = std::move(call);
  return out;
}

heard sealed(heard from, std::string reasoning, std::string opaque) {
  from.reasoning = std::move(reasoning);
  from.reasoning_ends = 1;
  from.opaque = {std::move(opaque)};
  return from;
}

std::vector<golden> goldens() {
  const std::string place = R"({"location": "San Francisco"})";
  const std::string places = R"({"elements": [{"location": "San Francisco", "temperature": 58, )"
                             R"("condition": "sunny"}]})";
  return {
      {"anthropic-text",
       answer("Hello! I'm doing well, thank you for asking. How are you doing today? Is there "
              "anything I can help you with?",
              {12, 30, 0, 0, 0})},
      {"anthropic-duplicate-message-start", answer("Hello, World!", {17, 227, 0, 0, 0})},
      {"anthropic-message-delta-input-tokens", answer("pong", {61, 2, 0, 0, 0})},
      {"anthropic-refusal",
       answer("This request triggered restrictions on violative cyber content and was blocked "
              "under Anthropic's Usage Policy.",
              {18, 5, 0, 0, 0}, stop_reason::refusal)},
      {"anthropic-json-other-tool.1",
       one_call("", {"toolu_019Zvehfe1XQWweT1pm7okyt", "weather", place, place, true},
                {843, 28, 0, 0, 0})},
      {"anthropic-json-tool.1",
       one_call("", {"toolu_01KFbKqPYSuAKujiL6mTfzYA", "json", places, places, true},
                {849, 47, 0, 0, 0})},
      {"anthropic-tool-no-args",
       one_call("I'll update the issue list for you.",
                {"toolu_01QE1WLsSVp5hy5Q3GmGTmjP", "updateIssueList", "", "{}", true},
                {565, 48, 0, 0, 0})},
      {"anthropic-clear-thinking.1",
       sealed(answer("925 ÷ 5 = 185", {69, 53, 0, 0, 0}),
              "The previous result was 925. Now I need to divide that by 5.\n\n925 ÷ 5 = 185",
              R"({"signature":"EvQBCkYICxgCKkAxhD4NUKFzudtZ6NzbZdEiBACIScTzqjPViM596iWLZIk4EFKY)"
              R"(YBj3B6Ptl3b0dcQv/VeJBNbejNWIWRBn+KPNEgz6HWtKx7p+QRgKsEoaDGjsiqfht7gTRFYHiyIwD1)"
              R"(VSmNqHxv3wy8KEMP+LYb/TC4UH3H97tuoaADARFFcA0phdfxnzKQxFnc9lwY+dKlzUsaKSUAFeu1bD)"
              R"(L5ikZJ1vL0Fkz6JjoFke0L/wOJRIUDUlDUOFJ1tZ3ea7g6LGE/5hwuvWgLwewdcm64d+43l7F57XrO)"
              R"(mqNd6flI2K/oPr/4yzNgvi/EhT6Ca17BgB"})")},
  };
}

std::string type_of(const std::string& payload) {
  json::parser parse;
  auto root = parse.parse_object(payload);
  REQUIRE(root);
  return std::string(json::find_string(*root, "type").value_or(""));
}

/// As the provider frames it: with the name of the event.
std::string named(const std::vector<std::string>& payloads, const std::string& line_end) {
  std::string out;
  for (const auto& payload : payloads)
    out += "event: " + type_of(payload) + line_end + "data: " + payload + line_end + line_end;
  return out;
}

} // namespace

TEST_CASE("recorded Messages streams give what was said, however they are framed" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto payloads = recorded(name);
    for (const auto& bytes : {framed(payloads), named(payloads, "\n"), named(payloads, "\r\n"),
                              named(payloads, "\n") + "data: [DONE]\n\n"}) {
      for (const auto& got : {listen(make, bytes), listen_bytewise(make, bytes)}) {
        CHECK(got.text == expected.text);
        CHECK(got.reasoning == expected.reasoning);
        CHECK(got.opaque == expected.opaque);
        CHECK(got.spent == expected.spent);
        CHECK(got == expected);
      }
    }
  }
}

TEST_CASE("a recorded Messages stream cut at any byte is complete or cut, and no half call ends" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto bytes = named(recorded(name), "\n");
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      auto got = listen(make, std::string_view(bytes).substr(0, cut));
      INFO(cut);
      CHECK(expected.text.starts_with(got.text));
      CHECK_FALSE(got.late);
      if (got.stop) {
        CHECK(got == expected);
        continue;
      }
      REQUIRE(got.failure);
      CHECK(got.failure->code == ec::stream_cut);
      for (const auto& [index, call] : got.calls)
        CHECK_FALSE(call.ended);
    }
  }
}

TEST_CASE("a recorded Messages stream that lacks only its end marker is cut" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto payloads = recorded(name);
    payloads.pop_back();

    CHECK(listen(make, framed(payloads)).failure->code == ec::stream_cut);
    CHECK(listen(make, framed(payloads) + "data: [DONE]\n\n").failure->code == ec::stream_cut);
  }
}
