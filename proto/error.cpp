#include "proto/error.hpp"

namespace kodad::proto {

std::string_view to_word(ec code) {
  switch (code) {
  case ec::invalid_json:
    return "invalid_json";
  case ec::invalid_request:
    return "invalid_request";
  case ec::missing_field:
    return "missing_field";
  case ec::wrong_type:
    return "wrong_type";
  case ec::invalid_value:
    return "invalid_value";
  case ec::unknown_agent:
    return "unknown_agent";
  case ec::unknown_model:
    return "unknown_model";
  case ec::unauthorized:
    return "unauthorized";
  case ec::host_not_allowed:
    return "host_not_allowed";
  case ec::origin_not_allowed:
    return "origin_not_allowed";
  case ec::workspace_not_allowed:
    return "workspace_not_allowed";
  case ec::unsupported_media:
    return "unsupported_media";
  case ec::body_too_large:
    return "body_too_large";
  case ec::head_too_large:
    return "head_too_large";
  case ec::request_timeout:
    return "request_timeout";
  case ec::not_found:
    return "not_found";
  case ec::method_not_allowed:
    return "method_not_allowed";
  case ec::session_not_found:
    return "session_not_found";
  case ec::message_not_found:
    return "message_not_found";
  case ec::turn_not_found:
    return "turn_not_found";
  case ec::question_not_found:
    return "question_not_found";
  case ec::agent_not_found:
    return "agent_not_found";
  case ec::setting_not_found:
    return "setting_not_found";
  case ec::already_answered:
    return "already_answered";
  case ec::session_busy:
    return "session_busy";
  case ec::no_active_turn:
    return "no_active_turn";
  case ec::queue_full:
    return "queue_full";
  case ec::agent_exists:
    return "agent_exists";
  case ec::builtin_agent:
    return "builtin_agent";
  case ec::idempotency_conflict:
    return "idempotency_conflict";
  case ec::host_full:
    return "host_full";
  case ec::draining:
    return "draining";
  case ec::storage_full:
    return "storage_full";
  case ec::storage_failed:
    return "storage_failed";
  case ec::timeout:
    return "timeout";
  case ec::internal:
    return "internal";
  case ec::cancelled:
    return "cancelled";
  case ec::interrupted:
    return "interrupted";
  case ec::provider_down:
    return "provider_down";
  case ec::provider_auth:
    return "provider_auth";
  case ec::provider_refused:
    return "provider_refused";
  case ec::provider_failed:
    return "provider_failed";
  case ec::rate_limited:
    return "rate_limited";
  case ec::quota_exceeded:
    return "quota_exceeded";
  case ec::context_overflow:
    return "context_overflow";
  case ec::stream_cut:
    return "stream_cut";
  case ec::stream_stalled:
    return "stream_stalled";
  case ec::content_filtered:
    return "content_filtered";
  case ec::step_limit:
    return "step_limit";
  case ec::workspace_vanished:
    return "workspace_vanished";
  case ec::tool_not_found:
    return "tool_not_found";
  case ec::tool_invalid_args:
    return "tool_invalid_args";
  case ec::tool_denied:
    return "tool_denied";
  case ec::tool_failed:
    return "tool_failed";
  case ec::tool_timeout:
    return "tool_timeout";
  }
  return "internal";
}

error make_error(ec code, std::string context) {
  return error{code, std::move(context), {}, {}, {}};
}

error field_error(ec code, std::string field, std::string context) {
  return error{code, std::move(context), std::move(field), {}, {}};
}

} // namespace kodad::proto
