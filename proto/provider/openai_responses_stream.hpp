// OPENAI RESPONSES STREAM: reads a streamed Responses answer.
//
// An answer is a list of items (messages, reasoning, calls), told apart by `output_index`, because
// some gateways change an item's id on the way. Deltas are told as they come; the complete item at
// its end has the last word, and tells what no delta told; so does the list of all items that comes
// with the answer's end, and is all there is of a body that is no stream. "response.completed",
// "incomplete", "failed" and "error" end an answer; "[DONE]", which some gateways add, says
// nothing. Hosted tools' items are skipped. A call of a custom tool, which we never offer, becomes
// a call with its text as `input`: whoever runs calls refuses it, and the model learns why.
#pragma once

#include "proto/provider/call_assembler.hpp"
#include "proto/provider/event_stream.hpp"
#include "proto/provider/openai_responses_items.hpp"

namespace kodad::proto::provider {

class openai_responses_stream final : public event_stream {
private:
  using taker = result<void> (openai_responses_stream::*)(const json::object&, chunks&);

  result<void> take_frame(std::string_view type, const json::object& frame, chunks& out) override;
  bool has_begun() const override { return begun_; }
  static taker taker_of(std::string_view type);

  result<void> take_item_added(const json::object& frame, chunks& out);
  result<void> take_item_done(const json::object& frame, chunks& out);
  result<void> take_text_delta(const json::object& frame, chunks& out);
  result<void> take_refusal_delta(const json::object& frame, chunks& out);
  result<void> take_summary_delta(const json::object& frame, chunks& out);
  result<void> take_reasoning_delta(const json::object& frame, chunks& out);
  result<void> take_text_done(const json::object& frame, chunks& out);
  result<void> take_arguments_delta(const json::object& frame, chunks& out);
  result<void> take_arguments_done(const json::object& frame, chunks& out);
  result<void> take_end(const json::object& frame, chunks& out);

  result<void> finish_item(size_t place, const json::object& from, chunks& out);
  void finish_message(size_t place, const json::object& from, chunks& out);
  void finish_reasoning(size_t place, const json::object& from, chunks& out);
  result<void> finish_call(size_t place, const json::object& from, chunks& out);
  result<void> begin_call(size_t place, const json::object& from, chunks& out);
  result<void> finish_answer(std::string_view type, const std::optional<json::object>& response,
                             chunks& out);
  result<void> take_output(const json::array& output, chunks& out);
  void note_item(size_t place, const json::object& from);
  void take_usage(const json::object& response, chunks& out);

  result<void> take_paragraph(const json::object& frame, int64_t number, chunks& out);
  void say(size_t place, chunk_kind kind, std::string_view text, chunks& out);
  void say_rest(size_t place, chunk_kind kind, std::string_view whole, chunks& out);
  void say_opaque(size_t place, std::string opaque, chunks& out);
  void enter(size_t place, chunk_kind kind, chunks& out);
  void end_reasoning(chunks& out);
  stop_reason natural_end() const;

  response_items items_;
  bool begun_ = false; ///< An event of an answer came.
  call_assembler calls_;
  std::optional<size_t> speaking_; ///< Whose text came last, unless a call came after it.
  chunk_kind speaks_ = chunk_kind::text;
  bool reasoning_open_ = false;
  bool refused_ = false;
  size_t opaque_bytes_ = 0;
};

} // namespace kodad::proto::provider
