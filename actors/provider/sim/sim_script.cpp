#include "actors/provider/sim/sim_script.hpp"

namespace kodad::actors {

namespace {

using kind = sim_step::kind;

/// The steps of the model call that follows `tool_results` results.
std::pair<size_t, size_t> find_part(const std::vector<sim_step>& steps, size_t tool_results) {
  size_t begin = 0;
  size_t calls = 0;
  while (begin < steps.size() && calls < tool_results) {
    if (steps[begin].what == kind::tool)
      ++calls;
    ++begin;
  }
  size_t end = begin;
  bool has_tool = false;
  while (end < steps.size() && !(has_tool && steps[end].what != kind::tool)) {
    has_tool = has_tool || steps[end].what == kind::tool;
    ++end;
  }
  return {begin, end};
}

/// Rates count from the step that sets them, also across model calls.
double rate_before(const std::vector<sim_step>& steps, size_t begin) {
  double rate = 0;
  for (size_t i = 0; i < begin; ++i)
    if (steps[i].what == kind::rate)
      rate = steps[i].rate;
  return rate;
}

void play(const sim_step& step, const std::string& call_id, sim_composer& out) {
  switch (step.what) {
  case kind::text:
    return out.text(step.text);
  case kind::reasoning:
    return out.reasoning(step.text);
  case kind::tool:
    return out.tool_call(step.text, step.input, call_id);
  case kind::delay:
    return out.pause(std::chrono::milliseconds(step.delay_ms));
  case kind::rate:
    return out.set_rate(step.rate);
  case kind::usage:
    return out.set_usage(step.spent);
  case kind::fail:
  case kind::stop:
    return;
  }
}

} // namespace

sim_plan plan_script(const sim_script& script, const sim_position& at, int64_t input_tokens) {
  auto [begin, end] = find_part(script.steps, at.tool_results);
  sim_composer out(input_tokens);
  out.set_chunk_words(script.chunk_words);
  out.set_rate(rate_before(script.steps, begin));
  auto failures_left = at.attempt - 1;
  size_t calls = at.tool_results;
  for (size_t i = begin; i < end; ++i) {
    const auto& step = script.steps[i];
    if (step.what == kind::stop)
      return out.stop(step.stop);
    if (step.what == kind::fail) {
      if (failures_left < step.times)
        return out.fail(step.failure);
      failures_left -= step.times;
      continue;
    }
    calls += step.what == kind::tool ? 1 : 0;
    auto call_id = step.call_id.empty() ? at.call_prefix + std::to_string(calls) : step.call_id;
    play(step, call_id, out);
  }
  if (begin == end)
    out.text("The script ends here.");
  return out.stop(proto::stop_reason::end);
}

} // namespace kodad::actors
