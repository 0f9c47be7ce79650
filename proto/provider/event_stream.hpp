// EVENT STREAM: what the decoders of streams whose events are JSON objects have in common: taking
// events out of bytes, parsing them, mending what a model got slightly wrong, failing once and for
// good, and telling an answer that ended from one that was cut. A format says what its events mean.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/provider/adapter.hpp"
#include "proto/provider/error_lines.hpp"
#include "proto/sse/decoder.hpp"

namespace kodad::proto::provider {

/// Appends to the last chunk where that is of the same kind: what one read brought is one piece.
void add_text(std::vector<stream_chunk>& out, chunk_kind kind, std::string_view text);

class event_stream : public stream_decoder {
public:
  result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) final;
  result<void> finish(std::vector<stream_chunk>& out) final;

protected:
  using chunks = std::vector<stream_chunk>;

  /// @param type The event's name, "message" where it has none.
  /// @param frame Lives until the next event.
  virtual result<void> take_frame(std::string_view type, const json::object& frame,
                                  chunks& out) = 0;

  /// The "[DONE]" that ends streams of OpenAI's kind.
  virtual result<void> take_done(chunks& out) = 0;

  /// Has the answer's end marker come? From then on nothing that is malformed matters.
  bool is_stopped() const { return stopped_; }

  /// Says `stop`, once.
  void say_stop(stop_reason why, chunks& out);

private:
  result<void> drain(chunks& out);
  result<void> take_event(const sse::event& from, chunks& out);
  result<json::object> parse(std::string_view text);

  sse::decoder sse_;
  error_lines error_lines_;
  json::parser parse_;
  std::string mended_;
  bool stopped_ = false;
  bool closing_ = false; ///< What is left to read is what the end left unfinished.
  std::optional<error> failure_;
};

} // namespace kodad::proto::provider
