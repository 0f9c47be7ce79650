#include "actors/provider/sim/sim_script.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"

#include <algorithm>

namespace kodad::actors {

namespace json = proto::json;
namespace limits = proto::limits;
using proto::ec;
using proto::error;
using proto::make_error;
using proto::result;
using proto::provider::call_failure;
using kind = sim_step::kind;

namespace {

error invalid(std::string what) {
  return make_error(ec::invalid_value, std::move(what));
}

ec code_of_status(int64_t status) {
  switch (status) {
  case 401:
  case 403:
    return ec::provider_auth;
  case 402:
    return ec::quota_exceeded;
  case 413:
    return ec::context_overflow;
  case 408:
  case 429:
    return ec::rate_limited;
  default:
    return status >= 500 ? ec::provider_failed : ec::provider_refused;
  }
}

std::optional<ec> find_code(std::string_view word) {
  for (auto code = 0; code <= static_cast<int>(ec::tool_timeout); ++code)
    if (proto::to_word(static_cast<ec>(code)) == word)
      return static_cast<ec>(code);
  return std::nullopt;
}

/// How many attempts fail; for ever when it is not said.
result<void> read_times(const json::object& from, sim_step& out) {
  auto times = json::find_integer(from, "times");
  if (times && *times < 0)
    return invalid("times must not be negative");
  out.times = times.value_or(out.times);
  return {};
}

result<void> read_error(const json::value& in, sim_step& out) {
  json::object from;
  if (in.get(from) != simdjson::SUCCESS)
    return invalid("error must be an object");
  out.what = kind::fail;
  auto status = json::find_integer(from, "status").value_or(500);
  auto word = json::find_string(from, "code").value_or("");
  auto code = find_code(word).value_or(code_of_status(status));
  auto message = std::string(json::find_string(from, "message").value_or("a scripted error"));
  // A word that is not ours stands for the provider's own code, which people get to see.
  if (!word.empty() && !find_code(word))
    message += " (" + std::string(word) + ")";
  out.failure = {make_error(code, "status " + std::to_string(status) + ": " + message),
                 proto::provider::remedy_of(code), json::find_integer(from, "retry_after_ms")};
  if (auto wait = out.failure.retry_after_ms)
    out.failure.what.retry_after_s = (std::max<int64_t>(*wait, 0) + 999) / 1000;
  return read_times(from, out);
}

result<void> read_tool(const json::object& from, const json::value& name, sim_step& out) {
  out.what = kind::tool;
  if (auto done = json::read_value(name, out.text); !done)
    return invalid("tool must be a string");
  out.call_id = json::find_string(from, "call_id").value_or("");
  auto input = json::find(from, "input");
  out.input = input ? json::to_text(*input) : "{}";
  return {};
}

result<void> read_delay(const json::value& in, sim_step& out) {
  out.what = kind::delay;
  auto wait = json::read_integer(in);
  if (!wait || *wait < 0 || *wait > limits::sim_delay_ms)
    return invalid("delay_ms must be a number from 0 to " + std::to_string(limits::sim_delay_ms));
  out.delay_ms = *wait;
  return {};
}

result<void> read_rate(const json::value& in, sim_step& out) {
  out.what = kind::rate;
  if (auto done = json::read_value(in, out.rate); !done || out.rate < 0)
    return invalid("rate_tokens_per_s must be a number from 0");
  // Slower than one token an hour is a delay.
  if (out.rate > 0 && out.rate * static_cast<double>(limits::sim_delay_ms) < 1000)
    return invalid("rate_tokens_per_s is too low");
  return {};
}

result<void> read_cut(const json::object& from, const json::value& in, sim_step& out) {
  bool wanted = false;
  if (auto done = json::read_value(in, wanted); !done || !wanted)
    return invalid("cut must be true");
  out.what = kind::fail;
  auto what = make_error(ec::stream_cut, "the stream ended before its end marker");
  out.failure = {what, proto::provider::remedy::retry, std::nullopt};
  return read_times(from, out);
}

result<void> read_step(const json::object& from, sim_step& out) {
  if (auto text = json::find(from, "text")) {
    out.what = kind::text;
    return json::read_value(*text, out.text);
  }
  if (auto text = json::find(from, "reasoning")) {
    out.what = kind::reasoning;
    return json::read_value(*text, out.text);
  }
  if (auto name = json::find(from, "tool"))
    return read_tool(from, *name, out);
  if (auto wait = json::find(from, "delay_ms"))
    return read_delay(*wait, out);
  if (auto rate = json::find(from, "rate_tokens_per_s"))
    return read_rate(*rate, out);
  if (auto failure = json::find(from, "error"))
    return read_error(*failure, out);
  if (auto cut = json::find(from, "cut"))
    return read_cut(from, *cut, out);
  if (auto spent = json::find(from, "usage")) {
    out.what = kind::usage;
    return json::read_value(*spent, out.spent);
  }
  if (auto stop = json::find(from, "stop")) {
    out.what = kind::stop;
    return json::read_value(*stop, out.stop);
  }
  return invalid("no known key");
}

/// Where the line after the one at `at` begins.
size_t next_line(std::string_view text, size_t at) {
  auto end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

/// The line at `at` without indentation and line end.
std::string_view line_at(std::string_view text, size_t at) {
  auto line = text.substr(at, next_line(text, at) - at);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
    line.remove_suffix(1);
  while (!line.empty() && line.front() == ' ')
    line.remove_prefix(1);
  return line;
}

} // namespace

std::optional<std::string_view> find_script(std::string_view prompt) {
  for (size_t at = 0; at < prompt.size(); at = next_line(prompt, at)) {
    auto line = line_at(prompt, at);
    if (line != "```sim" && line != "~~~sim")
      continue;
    auto fence = line.substr(0, 3);
    auto begin = next_line(prompt, at);
    auto end = begin;
    while (end < prompt.size() && line_at(prompt, end) != fence)
      end = next_line(prompt, end);
    return prompt.substr(begin, end - begin);
  }
  return std::nullopt;
}

result<sim_script> read_script(std::string_view text) {
  static thread_local json::parser parse;
  auto root = parse.parse_object(text);
  if (!root)
    return root.failure();
  auto steps = json::find_array(*root, "steps");
  if (!steps)
    return invalid("steps must be an array");
  if (steps->size() > limits::sim_steps)
    return invalid("more than " + std::to_string(limits::sim_steps) + " steps");
  sim_script out;
  auto words = json::find_integer(*root, "chunk_tokens").value_or(1);
  out.chunk_words = static_cast<size_t>(std::clamp<int64_t>(words, 1, 1'000'000));
  for (auto item : *steps) {
    json::object from;
    bool is_object = item.get(from) == simdjson::SUCCESS;
    auto& step = out.steps.emplace_back();
    auto done = is_object ? read_step(from, step) : invalid("not an object");
    if (!done)
      return make_error(done.failure().code, "steps[" + std::to_string(out.steps.size() - 1) +
                                                 "]: " + done.failure().context);
  }
  return out;
}

} // namespace kodad::actors
