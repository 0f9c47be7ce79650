// ERRORS AS VALUES. `ec` is the one list of everything that can go wrong; its words are part of the
// HTTP contract. An error carries a sentence of context for people and, where a program can use
// them, the field, limit or waiting time concerned. No secret and no user content goes in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto {

enum class ec : uint8_t {
  // What a client did.
  invalid_json,          ///< The body is no JSON, no object, not UTF-8, or nested too deep.
  invalid_request,       ///< The request's framing or a parameter is wrong.
  missing_field,         ///< A required field is absent; `field` names it.
  wrong_type,            ///< A field has the wrong type; `field` names it.
  invalid_value,         ///< A field has a value outside its range; `field` names it.
  unknown_agent,         ///< `agent_id` names no agent.
  unknown_model,         ///< `model_id` names no model of a configured provider.
  unauthorized,          ///< The bearer token is missing or wrong.
  host_not_allowed,      ///< The Host header is not ours.
  origin_not_allowed,    ///< The Origin, or Sec-Fetch-Site, is not ours.
  workspace_not_allowed, ///< The folder lies outside the allowed roots or is no folder.
  unsupported_media,     ///< The body's content type is not application/json.
  body_too_large,        ///< The body exceeds `limit` bytes.
  head_too_large,        ///< The request line or the header block exceeds its bound.
  request_timeout,       ///< The head or body did not arrive in time.
  not_found,             ///< No such route.
  method_not_allowed,    ///< The route exists, the method does not.
  session_not_found,
  message_not_found,
  turn_not_found,
  question_not_found,
  agent_not_found,
  setting_not_found,
  output_not_found, ///< No output is kept of such a tool call.
  already_answered, ///< Another client answered first.
  session_busy,     ///< A turn is running.
  no_active_turn,   ///< Nothing to cancel.
  queue_full,       ///< The session's queue of waiting turns is full.
  agent_exists,
  builtin_agent,         ///< Built-in agents cannot be changed or deleted.
  idempotency_conflict,  ///< The key was used with another body.
  range_not_satisfiable, ///< The Range begins behind the end; `limit` tells the size.

  // What the host could not do.
  host_full,      ///< A bound of the whole host is reached; try again later.
  draining,       ///< The host is shutting down.
  storage_full,   ///< The disk or the database map is full.
  storage_failed, ///< The database or a file could not be read or written.
  timeout,        ///< An inner step did not answer in time.
  internal,       ///< A bug or a dependency's failure.

  // How a turn or a model call ended.
  cancelled,
  interrupted,         ///< Cut off by a restart.
  provider_down,       ///< The provider could not be reached.
  provider_auth,       ///< The provider refused the credentials.
  provider_refused,    ///< The provider refused the request (4xx).
  provider_failed,     ///< The provider failed (5xx or a malformed answer).
  provider_overloaded, ///< The provider has too much to do for everyone (503, 529).
  rate_limited,        ///< The provider asks to slow down.
  quota_exceeded,      ///< The provider's budget is spent; retrying is pointless.
  context_overflow,    ///< The conversation does not fit the model.
  stream_cut,          ///< The stream ended before its end marker.
  stream_stalled,      ///< The stream went silent for too long.
  content_filtered,    ///< The provider blocked the content.
  step_limit,          ///< The turn used up its steps.
  workspace_vanished,  ///< The session's folder is gone.

  // How a tool call ended.
  tool_not_found,
  tool_invalid_args,
  tool_denied,
  tool_failed,
  tool_timeout,
  sandbox_unavailable, ///< No sandbox works here, and none was not asked for.
  sandbox_failed,      ///< This command could not be confined, and so was not run.
};

/// The stable word of a code, for example "session_busy".
std::string_view to_word(ec code);

struct error {
  ec code = ec::internal;
  std::string context;                  ///< What was tried, on what; lower case, no full stop.
  std::string field;                    ///< The request field concerned, or empty.
  std::optional<int64_t> limit;         ///< The bound that was hit.
  std::optional<int64_t> retry_after_s; ///< Seconds after which a retry makes sense.

  bool operator==(const error&) const = default;
};

/// Shorthand for the common case.
error make_error(ec code, std::string context);

/// An error that concerns one field of the request.
error field_error(ec code, std::string field, std::string context);

} // namespace kodad::proto
