#include "proto/json/reader.hpp"
#include "proto/provider/gemini.hpp"
#include "tests/proto/provider/kept_parts.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

struct golden {
  std::string name;
  heard expected; ///< Without `opaque`, which is taken from the recording.
};

std::unique_ptr<stream_decoder> make() {
  return make_gemini()->decoder({"google/gemini-3-pro-preview"});
}

heard answer(std::string text, usage spent) {
  heard out;
  out.text = std::move(text);
  out.spent = spent;
  out.stop = stop_reason::end;
  out.part_ends = 1; // Before the empty part that carries the signature.
  return out;
}

heard called(std::vector<heard_call> calls, usage spent) {
  heard out;
  for (auto& call : calls)
    out.calls.emplace(static_cast<uint32_t>(out.calls.size()), std::move(call));
  out.spent = spent;
  out.stop = stop_reason::tool_calls;
  return out;
}

std::vector<golden> goldens() {
  const std::string city = R"({"location":"San Francisco"})";
  auto screens = called({{"call_1", "read_theme", "{}", "{}", true},
                         {"call_2", "read_screen", R"({"id":"A"})", R"({"id":"A"})", true},
                         {"call_3", "read_screen", R"({"id":"B"})", R"({"id":"B"})", true},
                         {"call_4", "read_screen", R"({"id":"C"})", R"({"id":"C"})", true}},
                        {249, 58 + 183, 183, 0, 0});
  screens.reasoning =
      "**Processing User Requests**\n\nI've started by understanding the user's instructions. "
      "Currently, I'm focusing on the initial steps: reading the specified theme using the "
      "appropriate tool. Next, I plan to tackle reading the screens, beginning with screen \"A,\" "
      "then proceeding with \"B\" and \"C\" in parallel as instructed.\n\n\n";
  screens.reasoning_ends = 1;
  return {
      {"google-text",
       answer("There are **3** \"r\"s in strawberry.\n\nst**r**awbe**rr**y", {9, 208, 185, 0, 0})},
      {"google-reasoning", answer("There are **3** \"r\"s in strawberry.\n\nHere is the breakdown: "
                                  "st**r**awbe**rr**y.",
                                  {9, 285, 256, 0, 0})},
      {"google-reasoning-gemini3",
       answer("There are **3** \"r\"s in strawberry.\n\nSt**r**awbe**rr**y", {9, 325, 302, 0, 0})},
      {"google-tool-call",
       called({{"call_1", "weather", city, city, true}}, {29, 15 + 45, 45, 0, 0})},
      {"google-stream-no-args-tool-call", std::move(screens)},
  };
}

/// The one signature that each recording has, as it is kept.
std::string kept_signature(const std::vector<std::string>& payloads) {
  const std::string key = R"("thoughtSignature":")";
  for (const auto& payload : payloads) {
    auto at = payload.find(key);
    if (at != std::string::npos)
      return "{" + payload.substr(at, payload.find('"', at + key.size()) + 1 - at) + "}";
  }
  return {};
}

std::string as_array(const std::vector<std::string>& payloads) {
  std::string out = "[";
  for (const auto& payload : payloads)
    out += (out.size() > 1 ? "\n,\r\n" : "") + payload;
  return out + "\n]\n";
}

void check_cuts(const std::string& bytes, const heard& expected) {
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

} // namespace

TEST_CASE("recorded Gemini streams give what was said, whole and byte by byte" *
          doctest::skip(!has_recordings())) {
  for (auto [name, expected] : goldens()) {
    INFO(name);
    auto payloads = recorded(name);
    expected.opaque = {kept_signature(payloads)};

    for (const auto& bytes : {framed(payloads), as_array(payloads)}) {
      for (const auto& got : {listen(make, bytes), listen_bytewise(make, bytes)}) {
        CHECK(got.text == expected.text);
        CHECK(got.reasoning == expected.reasoning);
        CHECK(got.spent == expected.spent);
        CHECK(got.calls == expected.calls);
        CHECK(got == expected);
      }
    }
  }
}

TEST_CASE("a recorded Gemini stream cut at any byte is complete or cut, and no half call ends" *
          doctest::skip(!has_recordings())) {
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    check_cuts(framed(recorded(name)), expected);
    check_cuts(as_array(recorded(name)), expected);
  }
}

TEST_CASE("a recorded signature goes back on the part it came with" *
          doctest::skip(!has_recordings())) {
  const model_id who{"google/gemini-3-pro-preview"};
  for (const auto& [name, expected] : goldens()) {
    INFO(name);
    auto payloads = recorded(name);
    auto kept = keep(make, framed(payloads), who);
    chat_request request;
    request.model = who;
    request.messages = {{chat_role::user, {chat_part{}}}, {chat_role::assistant, kept.parts}};
    request.messages[0].parts[0].text = "hi";
    for (const auto& [index, call] :
         expected.calls) // Calls of tools that are not on offer go as text.
      request.tools.push_back({call.tool, "", {}, true});

    auto body = make_gemini()->encode({"google", "http://h", ""}, request).body;

    auto signature = kept_signature(payloads).substr(1);
    auto first = expected.calls.empty() ? heard_call() : expected.calls.at(0);
    auto part = expected.calls.empty() ? R"({"text":"",)" + signature
                                       : R"({"functionCall":{"name":")" + first.tool +
                                             R"(","args":)" + first.whole + "}," + signature;
    CHECK(body.find(part) != std::string::npos);
    CHECK(body.find("skip_thought") == std::string::npos);
    CHECK(body.find("call_1") == std::string::npos);
  }
}
