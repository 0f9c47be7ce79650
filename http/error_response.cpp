#include "http/error_response.hpp"

#include "proto/json/writer.hpp"

namespace kodad::http {

int to_status(proto::ec code) {
  using proto::ec;
  switch (code) {
  case ec::invalid_json:
  case ec::invalid_request:
  case ec::missing_field:
  case ec::wrong_type:
  case ec::invalid_value:
  case ec::unknown_agent:
  case ec::unknown_model:
    return 400;
  case ec::unauthorized:
    return 401;
  case ec::origin_not_allowed:
  case ec::workspace_not_allowed:
  case ec::builtin_agent:
    return 403;
  case ec::not_found:
  case ec::session_not_found:
  case ec::message_not_found:
  case ec::turn_not_found:
  case ec::question_not_found:
  case ec::agent_not_found:
  case ec::setting_not_found:
    return 404;
  case ec::method_not_allowed:
    return 405;
  case ec::request_timeout:
    return 408;
  case ec::already_answered:
  case ec::session_busy:
  case ec::no_active_turn:
  case ec::agent_exists:
    return 409;
  case ec::body_too_large:
    return 413;
  case ec::unsupported_media:
    return 415;
  case ec::host_not_allowed:
    return 421;
  case ec::idempotency_conflict:
    return 422;
  case ec::queue_full:
    return 429;
  case ec::head_too_large:
    return 431;
  case ec::provider_down:
  case ec::provider_auth:
  case ec::provider_refused:
  case ec::provider_failed:
    return 502;
  case ec::host_full:
  case ec::draining:
    return 503;
  case ec::timeout:
    return 504;
  case ec::storage_full:
    return 507;
  default: // What a turn or a tool call died of is told on its stream, seldom as an answer.
    return 500;
  }
}

response to_response(const proto::error& failure, int status) {
  proto::json::writer json;
  json.begin_object();
  auto word = proto::to_word(failure.code);
  json.key("error").string(failure.context.empty() ? word : std::string_view(failure.context));
  json.key("code").string(word);
  if (!failure.field.empty())
    json.key("field").string(failure.field);
  if (failure.limit)
    json.key("limit").integer(*failure.limit);
  if (failure.retry_after_s)
    json.key("retry_after").integer(*failure.retry_after_s);
  json.end_object();

  response answer;
  answer.status = status;
  answer.body = json.take();
  if (failure.retry_after_s)
    answer.headers.emplace_back("Retry-After", std::to_string(*failure.retry_after_s));
  if (failure.code == proto::ec::unauthorized)
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

response to_response(const proto::error& failure) {
  return to_response(failure, to_status(failure.code));
}

} // namespace kodad::http
