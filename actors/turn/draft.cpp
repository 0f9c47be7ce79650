#include "actors/turn/draft.hpp"

#include "proto/limits.hpp"

#include <algorithm>
#include <utility>

namespace kodad::actors {

using proto::chunk_kind;
using proto::part_type;

namespace {

bool is_blank_text(const proto::part_record& piece) {
  return piece.shown.type == part_type::text &&
         piece.shown.text.find_first_not_of(" \t\r\n") == std::string::npos;
}

} // namespace

draft::draft(uint32_t turn, uint32_t step, proto::model_id model, std::set<std::string> used_calls)
    : turn_(turn), step_(step), model_(std::move(model)), used_calls_(std::move(used_calls)) {}

std::vector<proto::part_record> draft::take_parts() {
  std::erase_if(parts_, [](const proto::part_record& piece) {
    return is_blank_text(piece) && piece.opaque.text.empty();
  });
  return std::exchange(parts_, {});
}

bool draft::is_blank() const {
  return std::ranges::none_of(parts_, [](const proto::part_record& piece) {
    bool is_reasoning = piece.shown.type == part_type::reasoning;
    return !is_reasoning && !is_blank_text(piece);
  });
}

void draft::add(const std::vector<proto::stream_chunk>& chunks, std::vector<proto::event>& shown) {
  for (const auto& chunk : chunks)
    add_one(chunk, shown);
  flush_run(shown);
}

void draft::add_one(const proto::stream_chunk& chunk, std::vector<proto::event>& shown) {
  bool is_reasoning = chunk.kind == chunk_kind::reasoning;
  bool is_text = chunk.kind == chunk_kind::text;
  if ((is_reasoning && run_type_ != part_type::reasoning) ||
      (is_text && run_type_ != part_type::text) || (!is_reasoning && !is_text))
    flush_run(shown);
  if (!is_reasoning && chunk.kind != chunk_kind::opaque && chunk.kind != chunk_kind::usage &&
      chunk.kind != chunk_kind::part_end)
    end_reasoning(shown);
  switch (chunk.kind) {
  case chunk_kind::text:
    return add_text(chunk, part_type::text);
  case chunk_kind::reasoning:
    reasoning_open_ = reasoning_open_ || !chunk.text.empty();
    return add_text(chunk, part_type::reasoning);
  case chunk_kind::reasoning_end:
    return; // Said by end_reasoning above.
  case chunk_kind::part_end:
    part_is_closed_ = true;
    return;
  case chunk_kind::tool_begin:
    return begin_call(chunk);
  case chunk_kind::tool_input:
    return add_input(chunk, shown);
  case chunk_kind::tool_end:
    return end_call(chunk);
  case chunk_kind::opaque:
    if (!parts_.empty()) {
      parts_.back().opaque.text = chunk.text;
      parts_.back().opaque_model = model_;
    }
    return;
  case chunk_kind::usage:
    usage_ = chunk.spent;
    return;
  case chunk_kind::stop:
    stop_ = chunk.stop;
    return;
  }
}

void draft::add_text(const proto::stream_chunk& chunk, part_type type) {
  run_type_ = type;
  run_ += chunk.text;
  // A part that carries something opaque is closed: its provider wants it back as it was.
  bool goes_on = !part_is_closed_ && !parts_.empty() && parts_.back().shown.type == type &&
                 parts_.back().opaque.text.empty();
  (goes_on ? parts_.back() : append(type)).shown.text += chunk.text;
}

void draft::begin_call(const proto::stream_chunk& chunk) {
  auto& call = append(part_type::tool).shown;
  call.call_id = proto::call_id{unique_call_id(chunk.call_id)};
  call.tool = chunk.tool;
  call.status = proto::tool_status::pending;
  part_of_call_[chunk.index] = parts_.size() - 1;
}

void draft::add_input(const proto::stream_chunk& chunk, std::vector<proto::event>& shown) {
  auto place = part_of_call_.find(chunk.index);
  if (place == part_of_call_.end())
    return;
  auto& call = parts_[place->second].shown;
  if (call.input.size() + chunk.text.size() > proto::limits::tool_input_bytes)
    return; // Judged as too long once the call is complete.
  call.input += chunk.text;
  shown.push_back(
      proto::tool_input_delta_event(turn_, {call.call_id->text, call.tool}, chunk.text));
}

void draft::end_call(const proto::stream_chunk& chunk) {
  auto place = part_of_call_.find(chunk.index);
  if (place == part_of_call_.end())
    return;
  auto& call = parts_[place->second].shown;
  call.input = chunk.text;
  if (!chunk.tool.empty())
    call.tool = chunk.tool; // It may have come in pieces.
}

void draft::flush_run(std::vector<proto::event>& shown) {
  if (run_.empty())
    return;
  shown.push_back(run_type_ == part_type::text ? proto::delta_event(turn_, run_)
                                               : proto::reasoning_delta_event(turn_, run_));
  run_.clear();
}

void draft::end_reasoning(std::vector<proto::event>& shown) {
  if (!reasoning_open_)
    return;
  reasoning_open_ = false;
  size_t bytes = 0;
  for (const auto& piece : parts_)
    if (piece.shown.type == part_type::reasoning)
      bytes = piece.shown.text.size();
  // KodaCode's estimate: four bytes a token, rounded up.
  shown.push_back(proto::reasoning_done_event(turn_, static_cast<int64_t>((bytes + 3) / 4)));
}

proto::part_record& draft::append(part_type type) {
  part_is_closed_ = false;
  auto& added = parts_.emplace_back();
  added.shown.type = type;
  added.shown.step = step_;
  return added;
}

std::string draft::unique_call_id(const std::string& given) {
  auto name = given;
  for (size_t n = 1; name.empty() || used_calls_.contains(name); ++n)
    name = "call_" + std::to_string(turn_) + "_" + std::to_string(step_) + "_" + std::to_string(n);
  used_calls_.insert(name);
  return name;
}

} // namespace kodad::actors
