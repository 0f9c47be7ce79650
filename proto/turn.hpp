// TURN: what one user message sets off: model calls and tool calls until an answer stands.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"
#include "proto/timestamp.hpp"
#include "proto/usage.hpp"

#include <array>
#include <optional>

namespace kodad::proto {

enum class turn_phase : uint8_t {
  queued,
  running,
  waiting, ///< For an answer.
  cancelling,
  succeeded,
  cancelled,
  failed,
  interrupted,
};

constexpr auto words(turn_phase) {
  return std::array<std::string_view, 8>{"queued",    "running",   "waiting", "cancelling",
                                         "succeeded", "cancelled", "failed",  "interrupted"};
}

/// Is the turn still to end?
constexpr bool is_active(turn_phase phase) {
  return phase <= turn_phase::cancelling;
}

struct turn {
  proto::session_id session_id;
  proto::operation_id operation_id;
  uint32_t number = 0;          ///< 1, 2, 3… within the session; "turn" on the wire.
  proto::message_id message_id; ///< The assistant's message.
  proto::message_id user_message_id;
  turn_phase state = turn_phase::queued;
  bool active = true;
  bool cancel_requested = false;
  std::optional<std::string> error;
  std::optional<std::string> code;
  std::optional<uint32_t> queue_position; ///< 1 is next.
  uint64_t after_event_id = 0; ///< Open the stream after this id to miss nothing of the turn.
  std::optional<timestamp> started_at;
  std::optional<timestamp> finished_at;

  static constexpr auto fields() {
    return std::tuple(
        field("session_id", &turn::session_id), field("operation_id", &turn::operation_id),
        field("turn", &turn::number), field("message_id", &turn::message_id),
        field("user_message_id", &turn::user_message_id), field("state", &turn::state),
        field("active", &turn::active), field("cancel_requested", &turn::cancel_requested),
        field("error", &turn::error), field("code", &turn::code),
        field("queue_position", &turn::queue_position),
        field("after_event_id", &turn::after_event_id), field("started_at", &turn::started_at),
        field("finished_at", &turn::finished_at));
  }
};

/// What is kept of a turn. With the parts of its message this is the journal a restart goes on
/// from.
struct turn_record {
  turn shown;
  message_id user_message;
  proto::agent_id agent_id;
  proto::model_id model_id;
  std::string variant;
  uint32_t steps = 0; ///< Model calls completed.
  proto::usage usage; ///< Of this turn.
  double cost = 0;
  std::optional<proto::model_id> answered_by; ///< The model called last; it may be a fallback.
  uint64_t message_sequence = 0;              ///< Of the assistant's message.
  uint64_t first_event_id = 0;                ///< Its turn_start; 0 while queued.

  static constexpr auto fields() {
    return std::tuple(
        field("shown", &turn_record::shown), field("user_message", &turn_record::user_message),
        field("agent_id", &turn_record::agent_id), field("model_id", &turn_record::model_id),
        field("variant", &turn_record::variant), field("steps", &turn_record::steps),
        field("usage", &turn_record::usage), field("cost", &turn_record::cost),
        field("answered_by", &turn_record::answered_by),
        field("message_sequence", &turn_record::message_sequence),
        field("first_event_id", &turn_record::first_event_id));
  }
};

} // namespace kodad::proto
