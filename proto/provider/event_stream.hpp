// EVENT STREAM: what the decoders of all formats have in common: taking events, which are JSON
// objects, out of bytes, parsing them, mending what a model got slightly wrong, failing once and
// for good, and telling an answer that ended from one that was cut. A format says what its events
// mean.
//
// The body need not be an event stream, whatever was asked for: a body that begins with a brace or
// a bracket is taken for JSON, and each object in it, of an array or a line of its own, for an
// event. A body in which nothing of an answer is found is what the provider has to say instead: its
// own sentence becomes the error.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/provider/adapter.hpp"
#include "proto/provider/complaint.hpp"
#include "proto/provider/error_lines.hpp"
#include "proto/provider/object_splitter.hpp"
#include "proto/sse/decoder.hpp"
#include "proto/text/split_characters.hpp"

namespace kodad::proto::provider {

/// Appends to the last chunk where that is of the same kind: what one read brought is one piece.
void add_text(std::vector<stream_chunk>& out, chunk_kind kind, std::string_view text);

class event_stream : public stream_decoder {
public:
  result<void> feed(std::string_view bytes, std::vector<stream_chunk>& out) final;
  result<void> finish(body_end how, std::vector<stream_chunk>& out) final;

protected:
  using chunks = std::vector<stream_chunk>;

  /// @param type The event's name, "message" where it has none.
  /// @param frame Lives until the next event. What says that it is an error never comes here.
  virtual result<void> take_frame(std::string_view type, const json::object& frame,
                                  chunks& out) = 0;

  /// The "[DONE]" that ends streams of OpenAI's kind.
  virtual result<void> take_done(chunks&) { return {}; }

  /// The body ended before the end marker. Fails, unless the answer is whole all the same.
  virtual result<void> take_end(body_end, chunks&) { return cut_off(); }

  /// Has anything come that an answer consists of?
  virtual bool has_begun() const = 0;

  /// Has the answer's end marker come? From then on nothing that is malformed matters.
  bool is_stopped() const { return stopped_; }

  /// Is the body JSON, not a stream?
  bool is_document() const { return framing_ == framing::objects; }

  /// Had the frame at hand to be mended?
  bool is_mended() const { return is_mended_; }

  /// A frame that this format does not know: what it says counts if it is the last word.
  void note_stranger(const json::object& frame);

  /// What the provider said in place of an answer.
  error no_answer() const;

  static error cut_off();

  /// Says `stop`, once.
  void say_stop(stop_reason why, chunks& out);

private:
  enum class framing : uint8_t { unknown, events, objects, page };

  void push(std::string_view bytes);
  bool next_event(sse::event& out);
  bool is_oversized() const { return sse_.failed() || objects_.failed(); }
  result<void> drain(chunks& out);
  result<void> take_events(chunks& out);
  result<void> take_event(const sse::event& from, chunks& out);
  result<void> take_lines(std::string_view lines, chunks& out);
  result<void> take_root(std::string_view type, const json::value& root, chunks& out);
  result<void> take_object(std::string_view type, const json::object& frame, chunks& out);
  result<void> take_words(std::string_view type, std::string_view words);
  result<void> take_malformed(error why);
  result<json::value> parse(std::string_view text);
  result<json::value> parse_mended(std::string_view text, std::string mended);
  void join_characters(chunks& from, chunks& out);
  void say_held(chunks& out);

  framing framing_ = framing::unknown;
  std::string start_; ///< While it may yet be a byte order mark.
  std::string head_;  ///< Of the body, until an answer begins.
  sse::decoder sse_;
  error_lines error_lines_;
  object_splitter objects_;
  json::parser parse_;
  std::string mended_;
  bool is_mended_ = false;
  text::half_joiner halves_;
  bool has_halves_ = false;               ///< Something was marked.
  chunk_kind held_of_ = chunk_kind::text; ///< What the half that is held back belongs to.
  bool stopped_ = false;
  bool closing_ = false;  ///< What is left to read is what the end left unfinished.
  bool tail_cut_ = false; ///< It was a piece of an event.
  std::optional<complaint> remark_;
  std::optional<error> failure_;
};

} // namespace kodad::proto::provider
