// OPENAI CHAT STREAM: reads a streamed Chat Completions answer of OpenAI and of the many servers
// that imitate it. Field names are theirs; where they differ, whatever makes sense is taken.
//
// The answer is complete with a `finish_reason` or with "[DONE]": some servers send only one of
// them. `stop` is said at the first of the two, and what still follows counts only if it is usage.
// "[DONE]" without any choice before it is no empty answer but a failure.
// Inline "<think>" at the start becomes reasoning; refusals become text with the stop `refusal`.
#pragma once

#include "proto/provider/call_assembler.hpp"
#include "proto/provider/event_stream.hpp"
#include "proto/provider/reasoning_details.hpp"
#include "proto/provider/think_tags.hpp"

namespace kodad::proto::provider {

class openai_chat_stream final : public event_stream {
private:
  result<void> take_frame(std::string_view type, const json::object& frame, chunks& out) override;
  result<void> take_done(chunks& out) override;
  result<void> take_fields(const json::object& frame, chunks& out);
  result<void> take_choices(const json::value& choices, chunks& out);
  result<void> take_choice(const json::object& choice, std::string_view& reason, chunks& out);
  result<void> take_delta(const json::object& delta, chunks& out);
  void take_reasoning_fields(const json::object& delta, chunks& out);
  void take_content(const json::value& content, chunks& out);
  void take_content_part(const json::object& part, chunks& out);
  result<void> take_calls(const json::value& calls, chunks& out);
  result<void> take_call(const json::object& call, chunks& out);
  result<void> take_finish_reason(std::string_view word, chunks& out);
  void take_usage(const json::object& from, chunks& out);

  void say_text(std::string_view text, chunks& out);
  void say_answer(std::string_view text, chunks& out);
  void say_reasoning(std::string_view text, chunks& out);
  void say_pieces(const think_splitter::pieces& split, chunks& out);
  void end_reasoning(chunks& out);
  std::string take_opaque();
  void end_answer(stop_reason why, chunks& out);
  stop_reason natural_end() const;

  call_assembler calls_;
  think_splitter think_;
  reasoning_details details_;
  std::string reasoning_opaque_; ///< GitHub Copilot's, in one piece.
  usage spent_;
  bool reasoning_open_ = false;
  bool reasoning_apart_ = false; ///< Reasoning came in a field of its own: tags mean nothing.
  bool replay_content_ = false;  ///< It came as `reasoning_content`.
  bool refused_ = false;
  bool streamed_ = false; ///< There was a `delta`.
  bool answered_ = false; ///< There was anything that a choice consists of.
};

} // namespace kodad::proto::provider
