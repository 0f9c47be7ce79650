// COMMANDS and QUERIES: what a client can ask of the host, as values. A route makes one from a
// request, an actor answers it with a record of this folder. The fields with a name on the wire
// are read from the body; the others come from the path, the query or a header.
#pragma once

#include "proto/agent.hpp"
#include "proto/ids.hpp"
#include "proto/message.hpp"
#include "proto/model.hpp"
#include "proto/question.hpp"
#include "proto/session.hpp"
#include "proto/setting.hpp"
#include "proto/turn.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace kodad::proto {

/// Makes a repeated request harmless: the same key and fingerprint give the first answer again.
struct idempotency {
  std::string key;         ///< As the client sent it; empty for none.
  std::string fingerprint; ///< SHA-256 of method, path and body.

  static constexpr auto fields() {
    return std::tuple(field("key", &idempotency::key),
                      field("fingerprint", &idempotency::fingerprint));
  }
};

struct create_session {
  std::optional<proto::agent_id> agent_id;
  std::optional<proto::model_id> model_id;
  std::optional<std::string> workspace;
  std::optional<std::string> title;
  raw_json metadata;
  idempotency once;

  static constexpr auto fields() {
    return std::tuple(
        field("agent_id", &create_session::agent_id), field("model_id", &create_session::model_id),
        field("workspace", &create_session::workspace), field("title", &create_session::title),
        field("metadata", &create_session::metadata, presence::omit_empty));
  }
};

struct patch_session {
  proto::session_id session;
  std::optional<proto::agent_id> agent_id;
  std::optional<proto::model_id> model_id;
  std::optional<std::string> title;
  raw_json metadata;
  std::optional<double> budget;

  static constexpr auto fields() {
    return std::tuple(field("agent_id", &patch_session::agent_id),
                      field("model_id", &patch_session::model_id),
                      field("title", &patch_session::title),
                      field("metadata", &patch_session::metadata, presence::omit_empty),
                      field("budget", &patch_session::budget));
  }
};

struct delete_session {
  proto::session_id session;
};

enum class busy_policy : uint8_t { reject, queue };

constexpr auto words(busy_policy) {
  return std::array<std::string_view, 2>{"reject", "queue"};
}

/// A file beside a message: by path, or inline.
struct attachment {
  std::string path;
  std::optional<std::string> data; ///< Base64.
  std::string name;
  std::string mime_type;

  static constexpr auto fields() {
    return std::tuple(field("path", &attachment::path), field("data", &attachment::data),
                      field("name", &attachment::name), field("mime_type", &attachment::mime_type));
  }
};

struct send_message {
  proto::session_id session;
  std::string content;
  std::vector<attachment> attachments;
  std::string variant;
  std::optional<proto::agent_id> agent_id;
  std::optional<proto::model_id> model_id;
  busy_policy when_busy = busy_policy::reject;
  idempotency once;

  static constexpr auto fields() {
    return std::tuple(
        field("content", &send_message::content, presence::required),
        field("attachments", &send_message::attachments), field("variant", &send_message::variant),
        field("agent_id", &send_message::agent_id), field("model_id", &send_message::model_id),
        field("when_busy", &send_message::when_busy));
  }
};

struct cancel_turn {
  proto::session_id session;
};

/// `response` on the wire is a string or an array of strings; here always a list.
struct answer_question {
  proto::session_id session;
  proto::question_id question;
  std::vector<std::string> response;
  idempotency once;
};

struct branch_session {
  proto::session_id session;
  proto::message_id message_id;
  std::optional<std::string> title;
  idempotency once;

  static constexpr auto fields() {
    return std::tuple(field("message_id", &branch_session::message_id, presence::required),
                      field("title", &branch_session::title));
  }
};

/// Nothing to say but "it is done".
struct acknowledged {
  static constexpr auto fields() { return std::tuple<>(); }
};

// --- queries ---------------------------------------------------------------------------------

struct get_session {
  proto::session_id session;
};

struct list_sessions {
  size_t limit = 0;
  std::string cursor;
  std::optional<session_status> status;
  std::optional<proto::agent_id> agent_id;
  std::optional<std::string> workspace;
  std::string text; ///< Occurs in the title or the id, whatever the case.
};

struct session_page {
  std::vector<session> sessions;
  std::string next_cursor; ///< Empty at the end.
};

struct list_messages {
  proto::session_id session;
  size_t limit = 0;
  std::optional<message_id> before;
  std::optional<message_id> after;
};

struct message_page {
  std::vector<message> messages;         ///< Oldest first.
  std::optional<message_id> next_after;  ///< There are newer ones after this one.
  std::optional<message_id> next_before; ///< There are older ones before this one.
};

struct get_turn {
  proto::session_id session;
  std::optional<operation_id> operation; ///< Absent: the current or the last.
};

struct list_questions {
  proto::session_id session;
};

struct question_list {
  std::vector<question> questions;
};

struct get_setting {
  std::string key;
};

struct list_settings {};

struct setting_list {
  std::vector<setting> settings;
};

struct put_setting {
  setting value;
};

// --- agents and models -----------------------------------------------------------------------

struct list_agents {};

struct agent_list {
  std::vector<agent> agents; ///< Sorted by id.
};

struct get_agent {
  proto::agent_id agent;
};

struct create_agent {
  proto::agent agent;
};

struct replace_agent {
  proto::agent agent;
};

struct delete_agent {
  proto::agent_id agent;
};

struct list_models {};
struct refresh_models {};

struct model_list {
  std::vector<model> models;
  std::vector<std::pair<std::string, std::string>> failures; ///< Provider id, what went wrong.
};

struct provider_status {
  std::string id;
  std::string name;
  bool active = false;
  int64_t model_count = 0;
  std::optional<std::string> error;

  static constexpr auto fields() {
    return std::tuple(field("id", &provider_status::id), field("name", &provider_status::name),
                      field("active", &provider_status::active),
                      field("model_count", &provider_status::model_count),
                      field("error", &provider_status::error));
  }
};

struct list_providers {};

struct provider_list {
  std::vector<provider_status> providers;
};

} // namespace kodad::proto
