// DRAFT: the model's answer while it streams in. Collects chunks into parts in their true order
// and says what to show of them. Pure. A draft that is dropped leaves no trace: the parts count
// only once the turn machine takes them.
#pragma once

#include "proto/chat.hpp"
#include "proto/event.hpp"
#include "proto/message.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kodad::actors {

class draft {
public:
  /// @param step The model call's number within the turn, from 1.
  /// @param used_calls Call ids that are taken; a provider may repeat its own.
  draft(uint32_t turn, uint32_t step, proto::model_id model, std::set<std::string> used_calls);

  /// Takes the chunks in and appends what they show to `shown`; text that arrived together is
  /// shown together.
  void add(const std::vector<proto::stream_chunk>& chunks, std::vector<proto::event>& shown);

  const std::vector<proto::part_record>& parts() const { return parts_; }

  /// The parts that are worth keeping: text of blanks alone is not, unless its provider wants it
  /// back for what it carries.
  std::vector<proto::part_record> take_parts();

  /// Is there neither a call nor a text that shows anything?
  bool is_blank() const;

  const proto::usage& usage() const { return usage_; }

  /// Why the model stopped; nothing while it has not.
  std::optional<proto::stop_reason> stop() const { return stop_; }

private:
  void add_one(const proto::stream_chunk& chunk, std::vector<proto::event>& shown);
  void add_text(const proto::stream_chunk& chunk, proto::part_type type);
  void begin_call(const proto::stream_chunk& chunk);
  void add_input(const proto::stream_chunk& chunk, std::vector<proto::event>& shown);
  void end_call(const proto::stream_chunk& chunk);
  void flush_run(std::vector<proto::event>& shown);
  void end_reasoning(std::vector<proto::event>& shown);
  proto::part_record& append(proto::part_type type);
  std::string unique_call_id(const std::string& given);

  uint32_t turn_;
  uint32_t step_;
  proto::model_id model_;
  std::set<std::string> used_calls_;
  std::vector<proto::part_record> parts_;
  std::map<uint32_t, size_t> part_of_call_; // chunk index -> place in parts_
  proto::usage usage_;
  std::optional<proto::stop_reason> stop_;

  // Text of the run under way that is not shown yet.
  std::string run_;
  proto::part_type run_type_ = proto::part_type::text;
  bool reasoning_open_ = false;
  bool part_is_closed_ = false; ///< The next text begins a part.
};

} // namespace kodad::actors
