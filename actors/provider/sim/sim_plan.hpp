// The SIM PLAN: what a simulated model call will do, beat by beat, decided before it starts. Pure:
// the composer turns text, tool calls, delays and rates into beats; the sim actor plays them. All
// waits are relative, no clock is read.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/adapter.hpp"

#include <chrono>

namespace kodad::actors {

/// Some chunks that arrive together, after a wait.
struct sim_beat {
  std::chrono::microseconds wait{0};
  std::vector<proto::stream_chunk> chunks;
};

struct sim_plan {
  std::vector<sim_beat> beats;
  std::optional<proto::provider::call_failure> failure; ///< How the call ends, after all beats.
};

/// `text` cut into pieces of `words` words each; the space after a word belongs to it.
std::vector<std::string> split_words(std::string_view text, size_t words);

class sim_composer {
public:
  /// @param input_tokens What the request cost, for the usage.
  explicit sim_composer(int64_t input_tokens) { usage_.input_tokens = input_tokens; }

  /// From here on, tokens per second; 0 is as fast as possible.
  void set_rate(double tokens_per_s) { rate_ = tokens_per_s; }

  /// Words per chunk. @pre at least 1.
  void set_chunk_words(size_t words) { chunk_words_ = words; }

  void text(std::string_view words);
  void reasoning(std::string_view words);
  void tool_call(const std::string& tool, const std::string& input, const std::string& call_id);
  void pause(std::chrono::milliseconds wait);

  /// Replaces the estimate of tokens.
  void set_usage(const proto::usage& spent) { told_usage_ = spent; }

  /// Ends the answer as a model does: usage, then the end marker.
  sim_plan stop(proto::stop_reason why);

  /// Ends the answer in a failure.
  sim_plan fail(proto::provider::call_failure failure);

private:
  void stream(proto::chunk_kind kind, std::string_view words);
  void end_reasoning();
  void add(proto::stream_chunk chunk);

  std::vector<sim_beat> beats_;
  double rate_ = 0;
  size_t chunk_words_ = 1;
  std::chrono::microseconds owed_{0}; // Waiting time not yet in a beat.
  uint32_t tool_calls_ = 0;
  bool reasoning_open_ = false;
  size_t output_bytes_ = 0;
  size_t reasoning_bytes_ = 0;
  proto::usage usage_;
  std::optional<proto::usage> told_usage_;
};

} // namespace kodad::actors
