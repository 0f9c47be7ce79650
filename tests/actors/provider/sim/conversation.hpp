// A conversation with sim/koda, in which the test plays the tools.
#pragma once

#include "actors/provider/sim/sim_models.hpp"
#include "tests/actors/provider/sim/sim_text.hpp"

#include <doctest/doctest.h>

namespace kodad::test {

using namespace kodad::actors;

struct conversation {
  explicit conversation(const std::string& prompt,
                        const std::vector<std::string>& tools = {"glob", "grep", "read"}) {
    for (const auto& name : tools)
      request.tools.push_back({name, "", {R"({"properties":{"filePath":{},"path":{}}})"}, true});
    request.model.text = "sim/koda";
    say(prompt);
  }

  void say(const std::string& words) {
    proto::chat_part part;
    part.text = words;
    request.messages.push_back({proto::chat_role::user, {part}});
  }

  /// The next model call's only tool call, as "tool input"; the answer's text when there is none.
  std::string next() {
    auto plan = plan_call(request, {200, 0, 0}, 1);
    REQUIRE_FALSE(plan.failure);
    for (const auto& beat : plan.beats)
      for (const auto& chunk : beat.chunks)
        if (chunk.kind == proto::chunk_kind::tool_end) {
          call = chunk;
          return chunk.tool + " " + chunk.text;
        }
    return words_of(plan, proto::chunk_kind::text);
  }

  /// The called tool's result.
  void give(const std::string& output, bool failed = false) {
    proto::chat_part asked;
    asked.kind = proto::chat_part_kind::tool_call;
    asked.call_id = call.call_id;
    asked.tool = call.tool;
    asked.input = call.text;
    proto::chat_part result;
    result.kind = proto::chat_part_kind::tool_result;
    result.call_id = call.call_id;
    result.tool = call.tool;
    result.text = output;
    result.failed = failed;
    request.messages.push_back({proto::chat_role::assistant, {asked}});
    request.messages.push_back({proto::chat_role::user, {result}});
  }

  proto::chat_request request;
  proto::stream_chunk call;
};

inline bool holds(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace kodad::test
