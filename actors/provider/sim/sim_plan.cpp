#include "actors/provider/sim/sim_plan.hpp"

#include "actors/provider/token_estimate.hpp"

namespace kodad::actors {

using proto::chunk_kind;
using proto::stream_chunk;
using namespace std::chrono_literals;

namespace {

// Shorter waits are joined: finer than this no reader sees, and every beat costs a timer.
constexpr auto shortest_wait = 10ms;
// Between two beats a call can be cancelled, so none is long.
constexpr size_t chunks_max = 64;

} // namespace

std::vector<std::string> split_words(std::string_view text, size_t words) {
  constexpr std::string_view blanks = " \n\t";
  std::vector<std::string> out;
  size_t begin = 0;
  size_t in_piece = 0;
  for (size_t at = 0; at < text.size();) {
    auto word_end = std::min(text.find_first_of(blanks, at), text.size());
    at = std::min(text.find_first_not_of(blanks, word_end), text.size());
    if (++in_piece < words && at < text.size())
      continue;
    out.emplace_back(text.substr(begin, at - begin));
    begin = at;
    in_piece = 0;
  }
  return out;
}

void sim_composer::text(std::string_view words) {
  end_reasoning();
  output_bytes_ += words.size();
  stream(chunk_kind::text, words);
}

void sim_composer::reasoning(std::string_view words) {
  reasoning_open_ = reasoning_open_ || !words.empty();
  reasoning_bytes_ += words.size();
  stream(chunk_kind::reasoning, words);
}

void sim_composer::stream(chunk_kind kind, std::string_view words) {
  for (auto& piece : split_words(words, chunk_words_)) {
    if (rate_ > 0)
      owed_ += std::chrono::microseconds(
          static_cast<int64_t>(1e6 * static_cast<double>(chunk_words_) / rate_));
    stream_chunk chunk;
    chunk.kind = kind;
    chunk.text = std::move(piece);
    add(std::move(chunk));
  }
}

void sim_composer::tool_call(const std::string& tool, const std::string& input,
                             const std::string& call_id) {
  end_reasoning();
  output_bytes_ += tool.size() + input.size();
  stream_chunk chunk;
  chunk.index = tool_calls_++;
  chunk.call_id = call_id;
  chunk.tool = tool;
  chunk.kind = chunk_kind::tool_begin;
  add(chunk);
  chunk.kind = chunk_kind::tool_input;
  chunk.text = input;
  add(chunk);
  chunk.kind = chunk_kind::tool_end;
  add(std::move(chunk));
}

void sim_composer::pause(std::chrono::milliseconds wait) {
  owed_ += wait;
}

void sim_composer::end_reasoning() {
  if (!std::exchange(reasoning_open_, false))
    return;
  stream_chunk chunk;
  chunk.kind = chunk_kind::reasoning_end;
  add(std::move(chunk));
}

void sim_composer::add(stream_chunk chunk) {
  if (beats_.empty() || owed_ >= shortest_wait || beats_.back().chunks.size() >= chunks_max)
    beats_.push_back({std::exchange(owed_, 0us), {}});
  beats_.back().chunks.push_back(std::move(chunk));
}

sim_plan sim_composer::stop(proto::stop_reason why) {
  end_reasoning();
  usage_.reasoning_tokens = estimate_tokens(reasoning_bytes_);
  usage_.output_tokens = estimate_tokens(output_bytes_) + usage_.reasoning_tokens;
  stream_chunk chunk;
  chunk.kind = chunk_kind::usage;
  chunk.spent = told_usage_.value_or(usage_);
  add(chunk);
  chunk.kind = chunk_kind::stop;
  chunk.stop =
      tool_calls_ > 0 && why == proto::stop_reason::end ? proto::stop_reason::tool_calls : why;
  add(std::move(chunk));
  return {std::move(beats_), std::nullopt};
}

sim_plan sim_composer::fail(proto::provider::call_failure failure) {
  if (owed_ > 0us)
    beats_.push_back({owed_, {}});
  return {std::move(beats_), std::move(failure)};
}

} // namespace kodad::actors
