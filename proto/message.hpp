// MESSAGE: one side's contribution to a session. A user message holds text and files; the
// assistant's message of a turn holds all that the agent said and did in it, in true order.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"
#include "proto/timestamp.hpp"
#include "proto/usage.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

enum class message_role : uint8_t { user, assistant, system };

constexpr auto words(message_role) {
  return std::array<std::string_view, 3>{"user", "assistant", "system"};
}

enum class part_type : uint8_t { text, reasoning, tool, file, summary };

constexpr auto words(part_type) {
  return std::array<std::string_view, 5>{"text", "reasoning", "tool", "file", "summary"};
}

enum class tool_status : uint8_t {
  pending, ///< Decided by nobody yet.
  waiting, ///< For the user's answer.
  running, ///< Journaled as started; its effect may have happened.
  completed,
  failed,
};

constexpr auto words(tool_status) {
  return std::array<std::string_view, 5>{"pending", "waiting", "running", "completed", "error"};
}

/// One piece of a message. Which fields count depends on `type`. A part that is no tool call and
/// has an `error` is lost: its text or bytes are gone, and nothing stands in their place.
struct part {
  part_type type = part_type::text;
  std::string text;             ///< Of text, reasoning and summary.
  std::optional<uint32_t> step; ///< The model call within the turn that made it, from 1.

  // Of a tool call.
  std::optional<proto::call_id> call_id;
  std::string tool;
  std::string input; ///< JSON text of the arguments.
  std::optional<std::string> output;
  std::optional<std::string> error;
  std::optional<tool_status> status;
  std::optional<timestamp> started_at;
  std::optional<timestamp> ended_at;
  raw_json metadata;

  // Of a file.
  std::string name;
  std::string mime_type;
  std::optional<int64_t> size;

  static constexpr auto fields() {
    constexpr auto omit = presence::omit_empty;
    return std::tuple(field("type", &part::type), field("text", &part::text, omit),
                      field("step", &part::step), field("call_id", &part::call_id),
                      field("tool", &part::tool, omit), field("input", &part::input, omit),
                      field("output", &part::output), field("error", &part::error),
                      field("status", &part::status), field("started_at", &part::started_at),
                      field("ended_at", &part::ended_at), field("metadata", &part::metadata, omit),
                      field("name", &part::name, omit), field("mime_type", &part::mime_type, omit),
                      field("size", &part::size));
  }
};

struct message {
  message_id id;
  proto::session_id session_id;
  uint32_t turn = 0;
  message_role role = message_role::user;
  std::string content; ///< The text parts joined.
  std::vector<part> parts;
  timestamp created_at;
  std::optional<proto::model_id> model_id;
  std::optional<proto::usage> usage;
  std::optional<double> cost;
  std::optional<std::string> finish_reason;
  std::optional<std::string> error; ///< Of the first part that is lost; `content` lacks its text.

  static constexpr auto fields() {
    return std::tuple(
        field("id", &message::id), field("session_id", &message::session_id),
        field("turn", &message::turn), field("role", &message::role),
        field("content", &message::content), field("parts", &message::parts),
        field("created_at", &message::created_at), field("model_id", &message::model_id),
        field("usage", &message::usage), field("cost", &message::cost),
        field("finish_reason", &message::finish_reason), field("error", &message::error));
  }
};

/// A message as kept: its parts are records of their own, so that a turn's growth is an append.
struct message_record {
  message_id id;
  uint64_t sequence = 0; ///< Position in the session, from 0.
  uint32_t turn = 0;
  message_role role = message_role::user;
  timestamp created_at;
  std::optional<proto::model_id> model_id;
  std::optional<proto::usage> usage;
  std::optional<double> cost;
  std::optional<std::string> finish_reason;

  static constexpr auto fields() {
    return std::tuple(field("id", &message_record::id),
                      field("sequence", &message_record::sequence),
                      field("turn", &message_record::turn), field("role", &message_record::role),
                      field("created_at", &message_record::created_at),
                      field("model_id", &message_record::model_id),
                      field("usage", &message_record::usage), field("cost", &message_record::cost),
                      field("finish_reason", &message_record::finish_reason));
  }
};

/// A part as kept, with what its provider wants back.
struct part_record {
  part shown;
  raw_json opaque; ///< See chat_part::opaque.
  proto::model_id opaque_model;
  std::string content; ///< The bytes of a file part; not of the record, but kept beside it.
  std::string loss;    ///< Which stored file is lost and how, for the operator; not kept.

  static constexpr auto fields() {
    constexpr auto omit = presence::omit_empty;
    return std::tuple(field("shown", &part_record::shown),
                      field("opaque", &part_record::opaque, omit),
                      field("opaque_model", &part_record::opaque_model, omit));
  }
};

/// A kept message together with its parts.
struct full_message {
  message_record head;
  std::vector<part_record> parts;
};

/// Is there nothing but a note of what was there?
bool is_lost(const part& one);

/// Makes it one that is lost. @param why For the operator.
void mark_lost(part_record& one, std::string why);

/// What the API shows of a kept message.
message to_message(const session_id& session, const full_message& kept);

} // namespace kodad::proto
