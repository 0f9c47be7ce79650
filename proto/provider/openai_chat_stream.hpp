// OPENAI CHAT STREAM: reads a streamed Chat Completions answer of OpenAI and of the many servers
// that imitate it. Field names are theirs; where they differ, whatever makes sense is taken.
//
// The answer is complete with a `finish_reason` or with "[DONE]": some servers send only one of
// them. `stop` is said at the first of the two, and what still follows counts only if it is usage.
// Inline "<think>" at the start becomes reasoning; refusals become text with the stop `refusal`.
#pragma once

#include "proto/provider/adapter.hpp"
#include "proto/provider/call_assembler.hpp"
#include "proto/provider/reasoning_details.hpp"
#include "proto/provider/think_tags.hpp"
#include "proto/sse/decoder.hpp"

namespace kodad::proto::provider {

class openai_chat_stream final : public stream_decoder {
public:
  result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) override;
  result<void> finish(std::vector<stream_chunk>& out) override;

private:
  using chunks = std::vector<stream_chunk>;

  result<void> drain(chunks& out);
  result<void> take_event(const sse::event& from, chunks& out);
  result<json::object> parse(std::string_view text);
  result<void> take_frame(const json::object& frame, chunks& out);
  result<void> take_choices(const json::value& choices, chunks& out);
  result<void> take_choice(const json::object& choice, chunks& out);
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
  void say_stop(stop_reason why, chunks& out);
  stop_reason natural_end() const;

  sse::decoder sse_;
  json::parser parse_;
  std::string mended_;
  call_assembler calls_;
  think_splitter think_;
  reasoning_details details_;
  usage spent_;
  bool reasoning_open_ = false;
  bool reasoning_apart_ = false; ///< Reasoning came in a field of its own: tags mean nothing.
  bool replay_content_ = false;  ///< It came as `reasoning_content`.
  bool refused_ = false;
  bool streamed_ = false; ///< There was a `delta`.
  bool stopped_ = false;
  bool closing_ = false; ///< What is left to read is what the end left unfinished.
  std::optional<error> failure_;
};

} // namespace kodad::proto::provider
