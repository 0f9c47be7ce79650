// A plan of the simulation as text, for comparison with what is expected.
#pragma once

#include "actors/provider/sim/sim_plan.hpp"

#include <string>

namespace kodad::test {

inline std::string bracketed(std::string word, std::string_view inside) {
  word += '[';
  word += inside;
  word += ']';
  return word;
}

inline std::string to_text(const proto::stream_chunk& chunk) {
  using proto::chunk_kind;
  const auto& spent = chunk.spent;
  switch (chunk.kind) {
  case chunk_kind::text:
    return bracketed("text", chunk.text);
  case chunk_kind::reasoning:
    return bracketed("reasoning", chunk.text);
  case chunk_kind::reasoning_end:
    return "reasoning_end";
  case chunk_kind::part_end:
    return "part_end";
  case chunk_kind::tool_begin:
    return bracketed("tool_begin", chunk.call_id + " " + chunk.tool);
  case chunk_kind::tool_input:
    return "tool_input";
  case chunk_kind::tool_end:
    return bracketed("tool_end", chunk.text);
  case chunk_kind::opaque:
    return "opaque";
  case chunk_kind::usage:
    return bracketed("usage", std::to_string(spent.input_tokens) + " " +
                                  std::to_string(spent.output_tokens) + " " +
                                  std::to_string(spent.reasoning_tokens));
  case chunk_kind::stop:
    return bracketed("stop", words(chunk.stop)[static_cast<size_t>(chunk.stop)]);
  }
  return {};
}

/// One line a beat that waits; the failure last.
inline std::string to_text(const actors::sim_plan& plan) {
  std::string out;
  for (const auto& beat : plan.beats) {
    if (beat.wait.count() > 0)
      out.append("+").append(std::to_string(beat.wait.count() / 1000)).append("ms ");
    for (const auto& chunk : beat.chunks)
      out += to_text(chunk) + " ";
  }
  if (plan.failure)
    out += bracketed("fail", to_word(plan.failure->what.code));
  else if (!out.empty())
    out.pop_back();
  return out;
}

/// All text of a plan, joined.
inline std::string words_of(const actors::sim_plan& plan, proto::chunk_kind kind) {
  std::string out;
  for (const auto& beat : plan.beats)
    for (const auto& chunk : beat.chunks)
      if (chunk.kind == kind)
        out += chunk.text;
  return out;
}

} // namespace kodad::test
