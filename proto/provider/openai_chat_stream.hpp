// OPENAI CHAT STREAM: reads a streamed Chat Completions answer of OpenAI and of the many servers
// that imitate it. Field names are theirs; where they differ, whatever makes sense is taken.
//
// The answer is complete with "[DONE]", or when the body ends after a `finish_reason`. That alone
// ends nothing: some servers say one in every chunk, or one for each call.
// "[DONE]" without any choice before it is no empty answer but a failure, and so is a reason that
// speaks of calls where none came.
// A whole `message`, in a body that is no stream or at the end of one, is taken as far as it was
// not streamed. So is the `message` of Ollama's own format.
// Inline "<think>" at the start becomes reasoning; refusals become text with the stop `refusal`.
#pragma once

#include "proto/provider/call_assembler.hpp"
#include "proto/provider/event_stream.hpp"
#include "proto/provider/reasoning_details.hpp"
#include "proto/provider/said_text.hpp"
#include "proto/provider/think_tags.hpp"

namespace kodad::proto::provider {

class openai_chat_stream final : public event_stream {
private:
  result<void> take_frame(std::string_view type, const json::object& frame, chunks& out) override;
  result<void> take_done(chunks& out) override;
  result<void> take_end(body_end how, chunks& out) override;
  bool has_begun() const override { return answered_; }
  result<void> take_choices(const json::value& choices, chunks& out);
  result<void> take_choice(const json::object& choice, std::string_view& reason, chunks& out);
  result<void> take_own_message(const json::object& frame, chunks& out);
  result<void> take_delta(const json::object& delta, chunks& out);
  result<void> take_message(const json::object& message, chunks& out);
  void take_reasoning_fields(const json::object& delta, chunks& out);
  void take_content(const json::value& content, chunks& out);
  void take_content_part(const json::object& part, chunks& out);
  result<void> take_calls(const json::value& calls, bool again, chunks& out);
  result<void> take_call(const json::object& call, size_t place, bool again, chunks& out);
  result<void> take_finish_reason(std::string_view word);
  void take_usage(const json::object& from, chunks& out);

  void say_text(std::string_view text, chunks& out);
  void say_answer(std::string_view text, chunks& out);
  void say_reasoning(std::string_view text, chunks& out);
  void say_pieces(const think_splitter::pieces& split, chunks& out);
  void end_reasoning(chunks& out);
  std::string take_opaque();
  result<void> end_answer(chunks& out);
  stop_reason natural_end() const;

  call_assembler calls_{call_numbers::as_sent};
  think_splitter think_;
  reasoning_details details_;
  said_text said_;               ///< The content, as it was sent.
  std::string reasoning_opaque_; ///< GitHub Copilot's, in one piece.
  usage spent_;
  std::optional<stop_reason> finish_; ///< What the last reason means; `end` also stands for calls.
  bool speaks_of_calls_ = false;      ///< So did that reason.
  bool reason_stands_ = false;        ///< It came alone, and nothing came after it.
  bool reasons_mislead_ = false;      ///< The answer went on after one.
  bool spoke_ = false;                ///< The frame at hand had a piece of the answer.
  bool reasoning_open_ = false;
  bool reasoning_apart_ = false; ///< Reasoning came in a field of its own: tags mean nothing.
  bool reasoned_ = false;
  bool replay_content_ = false; ///< It came as `reasoning_content`.
  bool refused_ = false;
  bool answered_ = false; ///< There was anything that a choice consists of.
};

} // namespace kodad::proto::provider
