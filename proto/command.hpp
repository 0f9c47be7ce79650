// COMMANDS and QUERIES: what a client can ask of the host, as values. A route makes one from a
// request, an actor answers it with a record of this folder. Fields are read from the body; those
// whose name starts with "$" the route sets afterwards, from the path, the query or a header.
#pragma once

#include "proto/agent.hpp"
#include "proto/ids.hpp"
#include "proto/message.hpp"
#include "proto/model.hpp"
#include "proto/page.hpp"
#include "proto/provider_status.hpp"
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
        field("$once", &create_session::once), field("agent_id", &create_session::agent_id),
        field("model_id", &create_session::model_id),
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
    return std::tuple(
        field("$session", &patch_session::session), field("agent_id", &patch_session::agent_id),
        field("model_id", &patch_session::model_id), field("title", &patch_session::title),
        field("metadata", &patch_session::metadata, presence::omit_empty),
        field("budget", &patch_session::budget));
  }
};

struct delete_session {
  proto::session_id session;

  static constexpr auto fields() { return std::tuple(field("$session", &delete_session::session)); }
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
        field("$session", &send_message::session), field("$once", &send_message::once),
        field("content", &send_message::content, presence::required),
        field("attachments", &send_message::attachments), field("variant", &send_message::variant),
        field("agent_id", &send_message::agent_id), field("model_id", &send_message::model_id),
        field("when_busy", &send_message::when_busy));
  }
};

struct cancel_turn {
  proto::session_id session;
  std::optional<operation_id> operation = {}; ///< Running or queued; absent: the running one.

  static constexpr auto fields() {
    return std::tuple(field("$session", &cancel_turn::session),
                      field("operation_id", &cancel_turn::operation));
  }
};

/// `response` on the wire is a string or an array of strings; here always a list.
struct answer_question {
  proto::session_id session;
  proto::question_id question;
  std::vector<std::string> response;
  idempotency once;

  static constexpr auto fields() {
    return std::tuple(field("$session", &answer_question::session),
                      field("$question", &answer_question::question),
                      field("$response", &answer_question::response),
                      field("$once", &answer_question::once));
  }
};

struct branch_session {
  proto::session_id session;
  proto::message_id message_id;
  std::optional<std::string> title;
  idempotency once;

  static constexpr auto fields() {
    return std::tuple(field("$session", &branch_session::session),
                      field("$once", &branch_session::once),
                      field("message_id", &branch_session::message_id, presence::required),
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

  static constexpr auto fields() { return std::tuple(field("$session", &get_session::session)); }
};

struct list_sessions {
  size_t limit = 0;
  std::string cursor;
  std::optional<session_status> status;
  std::optional<proto::agent_id> agent_id;
  std::optional<std::string> workspace;
  std::string text; ///< Occurs in the title or the id, whatever the case.

  static constexpr auto fields() {
    return std::tuple(
        field("$limit", &list_sessions::limit), field("$cursor", &list_sessions::cursor),
        field("$status", &list_sessions::status), field("$agent_id", &list_sessions::agent_id),
        field("$workspace", &list_sessions::workspace), field("$text", &list_sessions::text));
  }
};

struct session_page {
  std::vector<session> sessions;
  std::string next_cursor; ///< Empty at the end.

  static constexpr auto fields() {
    return std::tuple(field("$sessions", &session_page::sessions),
                      field("$next_cursor", &session_page::next_cursor));
  }
};

struct list_messages {
  proto::session_id session;
  size_t limit = 0;
  std::optional<message_id> before;
  std::optional<message_id> after;
  bool newest_first = false;

  static constexpr auto fields() {
    return std::tuple(
        field("$session", &list_messages::session), field("$limit", &list_messages::limit),
        field("$before", &list_messages::before), field("$after", &list_messages::after),
        field("$newest_first", &list_messages::newest_first));
  }
};

struct message_page {
  std::vector<message> messages;         ///< Oldest first, or newest first where so asked.
  std::optional<message_id> next_after;  ///< There are newer ones after this one.
  std::optional<message_id> next_before; ///< There are older ones before this one.

  static constexpr auto fields() {
    return std::tuple(field("$messages", &message_page::messages),
                      field("$next_after", &message_page::next_after),
                      field("$next_before", &message_page::next_before));
  }
};

struct get_turn {
  proto::session_id session;
  std::optional<operation_id> operation; ///< Absent: the current or the last.

  static constexpr auto fields() {
    return std::tuple(field("$session", &get_turn::session),
                      field("$operation", &get_turn::operation));
  }
};

struct list_questions {
  proto::session_id session;

  static constexpr auto fields() { return std::tuple(field("$session", &list_questions::session)); }
};

struct question_list {
  std::vector<question> questions;

  static constexpr auto fields() {
    return std::tuple(field("$questions", &question_list::questions));
  }
};

struct get_setting {
  std::string key;

  static constexpr auto fields() { return std::tuple(field("$key", &get_setting::key)); }
};

struct list_settings {
  page_wish page;

  static constexpr auto fields() { return std::tuple(field("$page", &list_settings::page)); }
};

struct setting_list {
  std::vector<setting> settings; ///< Sorted by key.
  std::string next_cursor;       ///< Empty at the end, here and below.

  static constexpr auto fields() {
    return std::tuple(field("$settings", &setting_list::settings),
                      field("$next_cursor", &setting_list::next_cursor));
  }
};

struct put_setting {
  setting value;

  static constexpr auto fields() { return std::tuple(field("$value", &put_setting::value)); }
};

// --- agents and models -----------------------------------------------------------------------

struct list_agents {
  page_wish page;

  static constexpr auto fields() { return std::tuple(field("$page", &list_agents::page)); }
};

struct agent_list {
  std::vector<agent> agents; ///< Sorted by id.
  std::string next_cursor;

  static constexpr auto fields() {
    return std::tuple(field("$agents", &agent_list::agents),
                      field("$next_cursor", &agent_list::next_cursor));
  }
};

struct get_agent {
  proto::agent_id agent;

  static constexpr auto fields() { return std::tuple(field("$agent", &get_agent::agent)); }
};

struct create_agent {
  proto::agent agent;

  static constexpr auto fields() { return std::tuple(field("$agent", &create_agent::agent)); }
};

struct replace_agent {
  proto::agent agent;

  static constexpr auto fields() { return std::tuple(field("$agent", &replace_agent::agent)); }
};

struct delete_agent {
  proto::agent_id agent;

  static constexpr auto fields() { return std::tuple(field("$agent", &delete_agent::agent)); }
};

struct list_models {
  page_wish page;

  static constexpr auto fields() { return std::tuple(field("$page", &list_models::page)); }
};
struct refresh_models {
  static constexpr auto fields() { return std::tuple<>(); }
};

/// Why a provider's models could not be listed.
struct provider_failure {
  std::string provider_id;
  std::string message;

  static constexpr auto fields() {
    return std::tuple(field("provider_id", &provider_failure::provider_id),
                      field("message", &provider_failure::message));
  }
};

struct model_list {
  std::vector<model> models;
  std::vector<provider_failure> failures;
  std::string next_cursor;

  static constexpr auto fields() {
    return std::tuple(field("$models", &model_list::models),
                      field("$failures", &model_list::failures),
                      field("$next_cursor", &model_list::next_cursor));
  }
};

} // namespace kodad::proto
