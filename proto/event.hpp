// EVENT: one fact of a session's live stream, as kept in the log and sent to subscribers.
// The builders below are the only place that knows the events' JSON shapes.
#pragma once

#include "proto/ids.hpp"
#include "proto/message.hpp"
#include "proto/question.hpp"
#include "proto/session.hpp"
#include "proto/usage.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace kodad::proto {

enum class event_type : uint8_t {
  delta,
  reasoning_delta,
  reasoning_done,
  tool_input_delta,
  tool_start,
  tool_output,
  tool_end,
  user_question,
  question_answered,
  retry,
  compaction,
  title_updated,
  usage,
  turn_start,
  session_updated,
  session_deleted,
  reset,
  done,
  error,
};

constexpr auto words(event_type) {
  return std::array<std::string_view, 19>{"delta",
                                          "reasoning_delta",
                                          "reasoning_done",
                                          "tool_input_delta",
                                          "tool_start",
                                          "tool_output",
                                          "tool_end",
                                          "user_question",
                                          "question_answered",
                                          "retry",
                                          "compaction",
                                          "title_updated",
                                          "usage",
                                          "turn_start",
                                          "session_updated",
                                          "session_deleted",
                                          "reset",
                                          "done",
                                          "error"};
}

/// An event that reports nothing durable: it may be shown before it is kept.
constexpr bool is_transient(event_type type) {
  return type <= event_type::tool_input_delta || type == event_type::tool_output;
}

constexpr bool ends_turn(event_type type) {
  return type == event_type::done || type == event_type::error;
}

struct event {
  event_type type = event_type::delta;
  uint32_t turn = 0;
  std::string data; ///< One JSON object on one line.

  /// Where in `data` the text of a mergeable run stands, JSON-escaped; 0, 0 for other events.
  uint32_t content_begin = 0;
  uint32_t content_end = 0;

  /// The session adds `void_after` when it numbers the event.
  bool voids_attempt = false;
};

event delta_event(uint32_t turn, std::string_view text);
event reasoning_delta_event(uint32_t turn, std::string_view text);
event reasoning_done_event(uint32_t turn, int64_t tokens);

/// Names a tool call in an event.
struct call_name {
  std::string_view call_id;
  std::string_view tool;
};

event tool_input_delta_event(uint32_t turn, call_name call, std::string_view delta);
/// @param sandbox Its word, for a call that runs a program; else empty.
event tool_start_event(uint32_t turn, call_name call, std::string_view input,
                       std::string_view sandbox = {});
event tool_output_event(uint32_t turn, call_name call, std::string_view chunk);

struct tool_ending {
  std::string_view output;
  std::optional<std::string_view> error;
  int64_t duration_ms = 0;
  std::string_view diff; ///< Unified; empty for none.
};

event tool_end_event(uint32_t turn, call_name call, const tool_ending& how);
event user_question_event(uint32_t turn, const question& asked);
event question_answered_event(uint32_t turn, const question_id& which,
                              const std::vector<std::string>& response);

struct retry_notice {
  std::string message;
  int32_t attempt = 0;      ///< Which retry of the call this is, from 1.
  int32_t max_attempts = 0; ///< The last retry there can be.
  int64_t delay_ms = 0;
  proto::model_id model_id;
  std::string code;

  static constexpr auto fields() {
    return std::tuple(
        field("message", &retry_notice::message), field("attempt", &retry_notice::attempt),
        field("max_attempts", &retry_notice::max_attempts),
        field("delay_ms", &retry_notice::delay_ms), field("model_id", &retry_notice::model_id),
        field("code", &retry_notice::code));
  }
};

event retry_event(uint32_t turn, const retry_notice& notice);
event title_updated_event(std::string_view title);

struct turn_start_notice {
  uint32_t turn = 0;
  proto::operation_id operation_id;
  proto::message_id message_id;
  proto::agent_id agent_id;
  proto::model_id model_id;

  static constexpr auto fields() {
    return std::tuple(field("turn", &turn_start_notice::turn),
                      field("operation_id", &turn_start_notice::operation_id),
                      field("message_id", &turn_start_notice::message_id),
                      field("agent_id", &turn_start_notice::agent_id),
                      field("model_id", &turn_start_notice::model_id));
  }
};

event turn_start_event(const turn_start_notice& notice);

struct usage_notice {
  proto::usage usage;
  int64_t context_size = 0;
  double session_cost = 0;
  double turn_cost = 0;

  static constexpr auto fields() {
    return std::tuple(field("usage", &usage_notice::usage),
                      field("context_size", &usage_notice::context_size),
                      field("session_cost", &usage_notice::session_cost),
                      field("turn_cost", &usage_notice::turn_cost));
  }
};

event usage_event(uint32_t turn, const usage_notice& notice);

struct done_notice {
  uint32_t turn = 0;
  proto::operation_id operation_id;
  proto::message_id message_id;
  std::string finish_reason;
  proto::usage usage;
  int64_t context_size = 0;
  std::optional<int64_t> max_input_tokens;
  std::optional<int64_t> max_output_tokens;
  double session_cost = 0;
  double turn_cost = 0;
  std::optional<bool> budget_warn;
  int64_t duration_ms = 0;

  static constexpr auto fields() {
    return std::tuple(
        field("turn", &done_notice::turn), field("operation_id", &done_notice::operation_id),
        field("message_id", &done_notice::message_id),
        field("finish_reason", &done_notice::finish_reason), field("usage", &done_notice::usage),
        field("context_size", &done_notice::context_size),
        field("max_input_tokens", &done_notice::max_input_tokens),
        field("max_output_tokens", &done_notice::max_output_tokens),
        field("session_cost", &done_notice::session_cost),
        field("turn_cost", &done_notice::turn_cost),
        field("budget_warn", &done_notice::budget_warn),
        field("duration_ms", &done_notice::duration_ms));
  }
};

event done_event(const done_notice& notice);

struct error_notice {
  std::string message;
  std::string code;
  std::optional<uint32_t> turn;
  std::optional<proto::operation_id> operation_id;
  bool retryable = false;
  double session_cost = 0;

  static constexpr auto fields() {
    return std::tuple(field("message", &error_notice::message), field("code", &error_notice::code),
                      field("turn", &error_notice::turn),
                      field("operation_id", &error_notice::operation_id),
                      field("retryable", &error_notice::retryable),
                      field("session_cost", &error_notice::session_cost));
  }
};

event error_event(const error_notice& notice);
event session_updated_event(const session& now);
event session_deleted_event(const session_id& which);
event reset_event(std::string_view reason, uint64_t last_event_id);

/// Adds `void_after` to a retry event: deltas with a greater id belong to a failed attempt.
void set_void_after(event& retry, uint64_t id);

} // namespace kodad::proto
