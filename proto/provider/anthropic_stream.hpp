// ANTHROPIC STREAM: reads a streamed Messages answer. Frames are told apart by the `type` in their
// data, for some gateways drop the name of the event, and blocks by their index.
//
// The answer is complete with "message_stop" and with nothing else; only then do its calls end. A
// body that is one whole message is complete as well. Content that a message brings whole counts as
// far as it was not streamed.
// Blocks of kinds that we ask for nowhere (a server's own tools) are skipped. What reasoning needs
// to be sent back follows it as `opaque`, see anthropic_seal.hpp; reasoning that did not arrive in
// one piece, or not as it was sent, gets none, since it would be refused.
#pragma once

#include "proto/provider/anthropic_seal.hpp"
#include "proto/provider/call_assembler.hpp"
#include "proto/provider/event_stream.hpp"

#include <map>
#include <set>

namespace kodad::proto::provider {

class anthropic_stream final : public event_stream {
private:
  enum class block_kind : uint8_t { other, text, thinking, call };

  struct block {
    block_kind kind = block_kind::other;
    bool begun = false;   ///< Something was said of it.
    bool altered = false; ///< Its text is not what the model wrote, or is in several parts.
    anthropic_seal seal;
    int64_t call = 0; ///< The number of a call, from 0.
    std::string call_id;
    std::string input; ///< Arguments of a call that came with its start, as JSON.
  };

  static block_kind kind_of(std::string_view type);

  result<void> take_frame(std::string_view type, const json::object& frame, chunks& out) override;
  bool has_begun() const override { return started_; }
  void take_message(const json::object& message, chunks& out);
  void take_message_delta(const json::object& frame, chunks& out);
  result<void> take_whole(const json::object& message, chunks& out);
  void take_ending(const json::object& from);
  void keep_content(const json::object& message);
  result<void> take_content(const json::array& content, chunks& out);
  result<void> take_kept_content(chunks& out);
  void take_usage(const json::object& from, chunks& out);

  result<void> take_start(const json::object& frame, chunks& out);
  result<void> take_block(int64_t index, const json::object& from, chunks& out);
  result<void> open(int64_t index, block_kind kind, chunks& out);
  result<void> begin_call(block& into, const json::object& from, chunks& out);
  result<void> take_delta(const json::object& frame, chunks& out);
  result<void> take_text(int64_t index, block_kind kind, std::string_view text, chunks& out);
  result<void> take_input(int64_t index, std::string_view piece, chunks& out);
  result<void> close(int64_t index, chunks& out);
  void take_seal(int64_t index, seal_kind kind, std::string_view data, chunks& out);

  void say(int64_t index, std::string_view text, chunks& out);
  void end_speech(chunks& out);
  stop_reason why_stopped() const;
  result<void> end_answer(chunks& out);

  call_assembler calls_;
  int64_t calls_begun_ = 0;
  std::map<int64_t, int64_t> call_at_; ///< The last call at each index, also when its block ended.
  std::optional<int64_t> bare_call_;   ///< The last block was this call, without arguments.
  std::map<int64_t, block> open_;      ///< By index.
  int64_t last_index_ = -1;            ///< Of the block that began last.
  std::optional<int64_t> speaker_;     ///< The block that the last part is of.
  std::optional<chunk_kind> spoken_;   ///< What the last part is: text or reasoning.
  size_t seal_bytes_ = 0;              ///< Of the whole answer.
  usage spent_;
  std::string stop_reason_;
  std::string explanation_;    ///< Of a refusal.
  std::set<int64_t> streamed_; ///< The indexes of blocks of which something came.
  std::string content_;        ///< What a message brought whole, as JSON.
  bool has_message_ = false;   ///< Its counts came.
  bool started_ = false;
};

} // namespace kodad::proto::provider
