// GEMINI STREAM: reads a streamed answer of streamGenerateContent.
//
// There is no end marker: the answer is complete when the body ends after a `finishReason`. That
// alone ends nothing, because older models say one in every chunk and usage may follow. Servers
// that do not know `alt=sse` send one JSON array, which is read as well; the first byte tells.
//
// A part's `opaque` is {"thoughtSignature":…,"id":…}, where each is there if Gemini sent it. A
// signed part is kept apart from its neighbours, even if it has no text.
#pragma once

#include "proto/provider/adapter.hpp"
#include "proto/provider/call_assembler.hpp"
#include "proto/provider/gemini_arguments.hpp"
#include "proto/provider/gemini_usage.hpp"
#include "proto/provider/object_splitter.hpp"
#include "proto/sse/decoder.hpp"

namespace kodad::proto::provider {

class gemini_stream final : public stream_decoder {
public:
  result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) override;
  result<void> finish(std::vector<stream_chunk>& out) override;

private:
  using chunks = std::vector<stream_chunk>;

  enum class framing : uint8_t { unknown, events, objects };

  void push(std::string_view bytes);
  std::optional<std::string_view> next_text();
  result<void> drain(chunks& out);
  result<void> take_text(std::string_view text, chunks& out);
  result<json::value> parse(std::string_view text);
  result<void> take_root(const json::value& root, chunks& out);
  result<void> take_frame(const json::object& frame, chunks& out);
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
  void say_stop(chunks& out);

  framing framing_ = framing::unknown;
  sse::decoder sse_;
  object_splitter objects_;
  json::parser parse_;
  std::string mended_;
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
  bool closing_ = false;              ///< What is left to read is what the end left unfinished.
  std::optional<error> failure_;
};

} // namespace kodad::proto::provider
