#include "http/error_response.hpp"

#include "proto/json/writer.hpp"
#include "proto/public_text.hpp"

#include <array>

namespace kodad::http {

namespace {

using proto::ec;

struct status_row {
  ec code;
  int status;
};

constexpr std::array statuses = {
    status_row{ec::invalid_json, 400},
    status_row{ec::invalid_request, 400},
    status_row{ec::missing_field, 400},
    status_row{ec::wrong_type, 400},
    status_row{ec::invalid_value, 400},
    status_row{ec::unknown_agent, 400},
    status_row{ec::unknown_model, 400},
    status_row{ec::unauthorized, 401},
    status_row{ec::origin_not_allowed, 403},
    status_row{ec::workspace_not_allowed, 403},
    status_row{ec::builtin_agent, 403},
    status_row{ec::not_found, 404},
    status_row{ec::session_not_found, 404},
    status_row{ec::message_not_found, 404},
    status_row{ec::turn_not_found, 404},
    status_row{ec::question_not_found, 404},
    status_row{ec::agent_not_found, 404},
    status_row{ec::setting_not_found, 404},
    status_row{ec::output_not_found, 404},
    status_row{ec::method_not_allowed, 405},
    status_row{ec::request_timeout, 408},
    status_row{ec::already_answered, 409},
    status_row{ec::session_busy, 409},
    status_row{ec::no_active_turn, 409},
    status_row{ec::agent_exists, 409},
    status_row{ec::body_too_large, 413},
    status_row{ec::unsupported_media, 415},
    status_row{ec::range_not_satisfiable, 416},
    status_row{ec::host_not_allowed, 421},
    status_row{ec::idempotency_conflict, 422},
    status_row{ec::queue_full, 429},
    status_row{ec::head_too_large, 431},
    status_row{ec::provider_down, 502},
    status_row{ec::provider_auth, 502},
    status_row{ec::provider_refused, 502},
    status_row{ec::provider_failed, 502},
    status_row{ec::provider_overloaded, 502},
    status_row{ec::host_full, 503},
    status_row{ec::draining, 503},
    status_row{ec::timeout, 504},
    status_row{ec::storage_full, 507},
};

/// Who is turned away because there is too much to do, or because the host stops, may come back.
std::optional<int64_t> seconds_to_wait(const proto::error& failure, int status) {
  constexpr int64_t at_least = 1;
  bool is_passing = status == 503 || status == 429;
  return failure.retry_after_s || !is_passing ? failure.retry_after_s : at_least;
}

} // namespace

bool is_internal(proto::ec code) {
  return proto::public_text(code).has_value();
}

int to_status(proto::ec code) {
  for (const auto& row : statuses)
    if (row.code == code)
      return row.status;
  return 500; // What a turn or a tool call died of is told on its stream, seldom as an answer.
}

response to_response(const proto::error& failure, int status, std::string_view request_id) {
  proto::json::writer json;
  json.begin_object();
  json.key("error").string(proto::sentence_for_client(failure));
  json.key("code").string(proto::to_word(failure.code));
  if (!failure.field.empty())
    json.key("field").string(failure.field);
  if (failure.limit)
    json.key("limit").integer(*failure.limit);
  auto wait_s = seconds_to_wait(failure, status);
  if (wait_s)
    json.key("retry_after").integer(*wait_s);
  if (!request_id.empty() && is_internal(failure.code))
    json.key("request_id").string(request_id);
  json.end_object();

  response answer;
  answer.status = status;
  answer.body = json.take();
  if (wait_s)
    answer.headers.emplace_back("Retry-After", std::to_string(*wait_s));
  if (failure.code == proto::ec::unauthorized)
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (failure.code == ec::range_not_satisfiable) // The bound is the size of the whole.
    answer.headers.emplace_back("Content-Range",
                                "bytes */" + std::to_string(failure.limit.value_or(0)));
  return answer;
}

response to_response(const proto::error& failure, std::string_view request_id) {
  return to_response(failure, to_status(failure.code), request_id);
}

proto::error host_is_full(std::string context) {
  auto failure = proto::make_error(ec::host_full, std::move(context));
  failure.retry_after_s = 1;
  return failure;
}

} // namespace kodad::http
