// SESSION: one conversation with an agent in one workspace, as users know it.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"
#include "proto/timestamp.hpp"
#include "proto/usage.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

enum class session_status : uint8_t {
  idle,
  queued, ///< A turn waits for its start.
  running,
  waiting, ///< The running turn waits for an answer.
};

constexpr auto words(session_status) {
  return std::array<std::string_view, 4>{"idle", "queued", "running", "waiting"};
}

struct session {
  session_id id;
  std::string title; ///< Empty until given or made.
  proto::agent_id agent_id;
  proto::model_id model_id;
  session_status status = session_status::idle;
  std::string workspace; ///< Absolute path.
  std::optional<session_id> parent_id;
  std::optional<message_id> branch_point_message_id;
  timestamp created_at;
  timestamp updated_at;
  uint32_t turn_count = 0;
  uint64_t last_event_id = 0;
  double cost = 0; ///< US dollars, all turns.
  proto::usage usage;
  int64_t context_used = 0; ///< Prompt tokens of the last model call.
  int64_t context_size = 0;
  raw_json metadata{"{}"};
  std::optional<double> budget; ///< US dollars.
  uint32_t pending_questions = 0;

  static constexpr auto fields() {
    return std::tuple(
        field("id", &session::id), field("title", &session::title),
        field("agent_id", &session::agent_id), field("model_id", &session::model_id),
        field("status", &session::status), field("workspace", &session::workspace),
        field("parent_id", &session::parent_id),
        field("branch_point_message_id", &session::branch_point_message_id),
        field("created_at", &session::created_at), field("updated_at", &session::updated_at),
        field("turn_count", &session::turn_count), field("last_event_id", &session::last_event_id),
        field("cost", &session::cost), field("usage", &session::usage),
        field("context_used", &session::context_used),
        field("context_size", &session::context_size), field("metadata", &session::metadata),
        field("budget", &session::budget), field("pending_questions", &session::pending_questions));
  }
};

/// A permission that the user granted for the rest of the session.
struct granted_rule {
  std::string tool;
  std::string pattern;

  bool operator==(const granted_rule&) const = default;

  static constexpr auto fields() {
    return std::tuple(field("tool", &granted_rule::tool), field("pattern", &granted_rule::pattern));
  }
};

/// What is kept of a session: what is shown, and what only the host needs.
struct session_record {
  session shown;
  uint64_t event_ids_reserved = 0; ///< No event id up to here is ever given out again.
  uint64_t message_count = 0;      ///< The next message's sequence number.
  bool titled_by_user = false;
  uint32_t carried_turn = 0; ///< The last turn whose end some stream has carried.
  std::vector<granted_rule> granted;

  static constexpr auto fields() {
    return std::tuple(field("shown", &session_record::shown),
                      field("event_ids_reserved", &session_record::event_ids_reserved),
                      field("message_count", &session_record::message_count),
                      field("titled_by_user", &session_record::titled_by_user),
                      field("carried_turn", &session_record::carried_turn),
                      field("granted", &session_record::granted));
  }
};

} // namespace kodad::proto
