// The SIM SCRIPT: a course of events that a prompt asks of the simulated model, as JSON in a fenced
// block marked `sim` (three backticks or tildes, the word `sim`, the JSON, the fence again):
//
//   {"chunk_tokens": 1, "steps": [
//     {"reasoning": "…"} {"text": "…"}          streamed word by word, chunk_tokens words a chunk
//     {"tool": "read", "input": {…}}             a tool call; "call_id" names it, if given
//     {"delay_ms": 500}                          nothing happens for a while
//     {"rate_tokens_per_s": 20}                  for what follows; 0 is as fast as possible
//     {"error": {"status": 429, "code": "…", "message": "…", "retry_after_ms": 50, "times": 2}}
//     {"cut": true}                              the stream ends without its end marker
//     {"usage": {"input_tokens": 7, …}}          instead of the estimate
//     {"stop": "length"}                         the reason to stop; ends the script
//   ]}
//
// Each run of tool calls ends a model call; what follows it is the next model call of the turn,
// which comes after the results of those tools. An error or cut with "times" fails that many
// attempts and then is passed over; without, every attempt fails. `code` is one of our error words
// (quota_exceeded, context_overflow, …); without it the status decides.
#pragma once

#include "actors/provider/sim/sim_plan.hpp"
#include "proto/result.hpp"

#include <limits>

namespace kodad::actors {

struct sim_step {
  enum class kind : uint8_t { text, reasoning, tool, delay, rate, fail, usage, stop };

  kind what = kind::text;
  std::string text;  ///< Of text and reasoning; a tool's name.
  std::string input; ///< A tool's arguments, JSON text.
  std::string call_id;
  int64_t delay_ms = 0;
  double rate = 0;
  proto::provider::call_failure failure;
  int64_t times = std::numeric_limits<int64_t>::max(); ///< How many attempts fail.
  proto::usage spent;
  proto::stop_reason stop = proto::stop_reason::end;
};

struct sim_script {
  std::vector<sim_step> steps;
  size_t chunk_words = 1;
};

/// The JSON of the first fenced block marked `sim`; nothing when there is none.
std::optional<std::string_view> find_script(std::string_view prompt);

/// Fails with `invalid_value` or `invalid_json`, naming the step.
proto::result<sim_script> read_script(std::string_view json);

/// Where in the script a model call stands.
struct sim_position {
  size_t tool_results = 0; ///< Since the prompt.
  int64_t attempt = 1;     ///< Of this model call.
  std::string call_prefix; ///< For the ids of tool calls that name none.
};

/// The part of the script that this model call plays.
sim_plan plan_script(const sim_script& script, const sim_position& at, int64_t input_tokens);

} // namespace kodad::actors
