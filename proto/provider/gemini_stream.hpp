// GEMINI STREAM: reads a streamed answer of streamGenerateContent.
//
// There is no end marker: the answer is complete when the body ends after a `finishReason`. That
// alone ends nothing, because older models say one in every chunk and usage may follow. Servers
// that do not know `alt=sse` send one JSON array.
//
// A part's `opaque` is {"thoughtSignature":…,"id":…}, where each is there if Gemini sent it. A
// signed part is kept apart from its neighbours, even if it has no text.
#pragma once

#include "proto/provider/call_assembler.hpp"
#include "proto/provider/event_stream.hpp"
#include "proto/provider/gemini_arguments.hpp"
#include "proto/provider/gemini_usage.hpp"

namespace kodad::proto::provider {

class gemini_stream final : public event_stream {
private:
  result<void> take_frame(std::string_view type, const json::object& frame, chunks& out) override;
  result<void> take_end(body_end how, chunks& out) override;
  bool has_begun() const override { return begun_; }
  result<void> take_candidate(const json::object& candidate, chunks& out);
  result<void> take_parts(const json::array& parts, chunks& out);
  result<void> take_part(const json::object& part, chunks& out);
  result<void> take_call(const json::object& call, std::string_view signature, chunks& out);
  result<void> begin_call(const call_fragment& call, std::string_view own_id,
                          std::string_view signature, chunks& out);
  result<void> go_on_with_call(const json::object& call, chunks& out);
  result<void> take_finish_reason(std::string_view word);

  void say(chunk_kind kind, std::string_view text, std::string_view signature, chunks& out);
  void say_opaque(std::string_view signature, std::string_view id, chunks& out);
  void say_usage(chunks& out);
  void end_reasoning(chunks& out);
  void end_answer(chunks& out);

  call_assembler calls_;
  int64_t calls_begun_ = 0;
  std::optional<gemini_arguments> partial_; ///< Of the last call, while it is not complete.
  gemini_usage counts_;
  usage told_;
  std::optional<chunk_kind> open_; ///< The kind of the part that text is added to.
  bool open_signed_ = false;
  bool reasoning_open_ = false;
  size_t opaque_bytes_ = 0;
  std::optional<stop_reason> finish_; ///< `end` also stands for calls.
  bool begun_ = false;                ///< There was a candidate.
  bool spoke_ = false;                ///< The candidate at hand had a piece of the answer.
  bool reason_stands_ = false;        ///< The last reason came alone, and nothing came after it.
  bool reasons_mislead_ = false;      ///< The answer went on after one.
};

} // namespace kodad::proto::provider
