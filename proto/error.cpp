#include "proto/error.hpp"

#include <array>

namespace kodad::proto {

namespace {

struct word_of {
  ec code;
  std::string_view word;
};

// In the order of the enum, so that a code is the index of its word.
constexpr auto words = std::to_array<word_of>({
    {ec::invalid_json, "invalid_json"},
    {ec::invalid_request, "invalid_request"},
    {ec::missing_field, "missing_field"},
    {ec::wrong_type, "wrong_type"},
    {ec::invalid_value, "invalid_value"},
    {ec::unknown_agent, "unknown_agent"},
    {ec::unknown_model, "unknown_model"},
    {ec::unauthorized, "unauthorized"},
    {ec::host_not_allowed, "host_not_allowed"},
    {ec::origin_not_allowed, "origin_not_allowed"},
    {ec::workspace_not_allowed, "workspace_not_allowed"},
    {ec::unsupported_media, "unsupported_media"},
    {ec::body_too_large, "body_too_large"},
    {ec::head_too_large, "head_too_large"},
    {ec::request_timeout, "request_timeout"},
    {ec::not_found, "not_found"},
    {ec::method_not_allowed, "method_not_allowed"},
    {ec::session_not_found, "session_not_found"},
    {ec::message_not_found, "message_not_found"},
    {ec::turn_not_found, "turn_not_found"},
    {ec::question_not_found, "question_not_found"},
    {ec::agent_not_found, "agent_not_found"},
    {ec::setting_not_found, "setting_not_found"},
    {ec::output_not_found, "output_not_found"},
    {ec::already_answered, "already_answered"},
    {ec::session_busy, "session_busy"},
    {ec::no_active_turn, "no_active_turn"},
    {ec::queue_full, "queue_full"},
    {ec::agent_exists, "agent_exists"},
    {ec::builtin_agent, "builtin_agent"},
    {ec::idempotency_conflict, "idempotency_conflict"},
    {ec::range_not_satisfiable, "range_not_satisfiable"},
    {ec::host_full, "host_full"},
    {ec::draining, "draining"},
    {ec::storage_full, "storage_full"},
    {ec::storage_failed, "storage_failed"},
    {ec::timeout, "timeout"},
    {ec::internal, "internal"},
    {ec::cancelled, "cancelled"},
    {ec::interrupted, "interrupted"},
    {ec::provider_down, "provider_down"},
    {ec::provider_auth, "provider_auth"},
    {ec::provider_refused, "provider_refused"},
    {ec::provider_failed, "provider_failed"},
    {ec::provider_overloaded, "provider_overloaded"},
    {ec::rate_limited, "rate_limited"},
    {ec::quota_exceeded, "quota_exceeded"},
    {ec::context_overflow, "context_overflow"},
    {ec::stream_cut, "stream_cut"},
    {ec::stream_stalled, "stream_stalled"},
    {ec::content_filtered, "content_filtered"},
    {ec::step_limit, "step_limit"},
    {ec::workspace_vanished, "workspace_vanished"},
    {ec::tool_not_found, "tool_not_found"},
    {ec::tool_invalid_args, "tool_invalid_args"},
    {ec::tool_denied, "tool_denied"},
    {ec::tool_failed, "tool_failed"},
    {ec::tool_timeout, "tool_timeout"},
    {ec::sandbox_unavailable, "sandbox_unavailable"},
    {ec::sandbox_failed, "sandbox_failed"},
});

constexpr bool in_order() {
  for (size_t at = 0; at < words.size(); ++at)
    if (words[at].code != static_cast<ec>(at))
      return false;
  return words.back().code == ec::sandbox_failed;
}
static_assert(in_order(), "a code is missing or stands in another place than in the enum");

} // namespace

std::string_view to_word(ec code) {
  auto at = static_cast<size_t>(code);
  return at < words.size() ? words[at].word : "internal";
}

error make_error(ec code, std::string context) {
  return error{code, std::move(context), {}, {}, {}};
}

error field_error(ec code, std::string field, std::string context) {
  return error{code, std::move(context), std::move(field), {}, {}};
}

} // namespace kodad::proto
