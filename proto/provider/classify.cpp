#include "proto/provider/classify.hpp"

#include "proto/provider/retry_after.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <initializer_list>

namespace kodad::proto::provider {

namespace {

/// The complaint's words in lower case: its kinds, then its message.
bool has_any(const std::string& words, std::initializer_list<std::string_view> patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&words](std::string_view pattern) {
    return words.find(pattern) != std::string::npos;
  });
}

bool says_overflow(const std::string& words) {
  return has_any(words, {"context_length_exceeded", "exceed_context_size", "maximum context length",
                         "context length", "context limit", "context window", "context size",
                         "prompt is too long", "prompt too long", "input is too long",
                         "input token count", "exceeds the maximum number of tokens",
                         "too many tokens", "model_context_window_exceeded", "request_too_large"});
}

// Not "exceeded your current quota": Google says that of a minute's limit too.
bool says_spent(const std::string& words) {
  return has_any(words, {"insufficient_quota", "billing_hard_limit", "billing_error", "spend limit",
                         "spend_limit", "spending limit", "credit balance", "insufficient balance",
                         "insufficient credit", "out of credit", "insufficient funds"});
}

bool says_overloaded(const std::string& words) {
  return has_any(words, {"overloaded_error", "overloaded", "unavailable", "capacity"});
}

bool says_filtered(const std::string& words) {
  return has_any(words, {"content_filter", "content_policy_violation", "responsibleaipolicy"});
}

bool says_bad_key(const std::string& words) {
  return has_any(words,
                 {"invalid_api_key", "api_key_invalid", "api key not valid", "invalid api key",
                  "incorrect api key", "invalid x-api-key", "authentication_error",
                  "permission_error", "permission_denied", "unauthenticated"});
}

bool says_no_model(const std::string& words) {
  return has_any(words, {"model_not_found", "model not found", "unknown model", "invalid model",
                         "model_not_supported", "no such model"});
}

ec code_of_refusal(int status, const std::string& words) {
  if (says_bad_key(words))
    return ec::provider_auth;
  if (says_filtered(words))
    return ec::content_filtered;
  if (status == 413 || says_overflow(words))
    return ec::context_overflow;
  return ec::provider_refused;
}

ec code_of(int status, const std::string& words) {
  if (status == 402 || says_spent(words))
    return ec::quota_exceeded;
  if (status == 401 || status == 403)
    return ec::provider_auth;
  if (status == 429)
    return ec::rate_limited;
  if (status == 408 || status == 409)
    return ec::provider_failed;
  if (status == 503 || status == 529 || (status >= 500 && says_overloaded(words)))
    return ec::provider_overloaded;
  // Some local servers answer 500 when a prompt does not fit.
  if (status >= 500)
    return status == 500 && says_overflow(words) ? ec::context_overflow : ec::provider_failed;
  return code_of_refusal(status, words);
}

/// The HTTP status that an error frame without a number would have had.
int status_of_words(const std::string& kind, const std::string& message) {
  if (has_any(message, {"rate limit", "rate_limit", "too many requests"}))
    return 429;
  if (has_any(kind, {"rate_limit", "resource_exhausted", "too_many_requests", "tokens_per"}))
    return 429;
  if (has_any(kind, {"invalid_request", "invalid_argument", "invalid_prompt", "not_found",
                     "bad_request", "unprocessable", "failed_precondition"}))
    return 400;
  return 500;
}

std::string words_of(const complaint& said) {
  return said.kind + " " + text::to_lower(said.message);
}

/// An address without what may be a secret in it: its user, its query and its fragment.
std::string shown_address(std::string_view address) {
  address = address.substr(0, address.find_first_of("?#"));
  auto scheme = address.find("//");
  auto host = scheme == std::string_view::npos ? 0 : scheme + 2;
  auto end = std::min(address.find('/', host), address.size());
  auto user = address.substr(0, end).rfind('@');
  std::string out(address.substr(0, host));
  out += address.substr(user == std::string_view::npos || user < host ? host : user + 1);
  return presentable(out);
}

error describe(ec code, std::string what, const complaint& said) {
  auto message = presentable(said.message.empty() ? said.kind : said.message);
  return make_error(code, message.empty() ? what : what + ": " + message);
}

} // namespace

remedy remedy_of(ec code) {
  switch (code) {
  case ec::provider_down:
  case ec::provider_failed:
  case ec::provider_overloaded:
  case ec::rate_limited:
  case ec::stream_cut:
  case ec::stream_stalled:
  case ec::host_full:
    return remedy::retry;
  case ec::context_overflow:
    return remedy::shrink;
  case ec::quota_exceeded:
  case ec::provider_auth:
    return remedy::fall_back;
  default:
    return remedy::give_up;
  }
}

call_failure classify_answer(int status, const header_list& headers, std::string_view body) {
  auto said = read_complaint(body);
  call_failure out;
  auto what = "the provider answered " + std::to_string(status);
  auto moved = find_header(headers, "location");
  if (status >= 300 && status < 400) {
    what += moved ? ", a redirect to " + shown_address(*moved) : ", a redirect to nowhere";
    what += ", which is not followed: its base_url must name the right address";
    said = {};
  }
  out.what = describe(code_of(status, words_of(said)), what, said);
  out.then = remedy_of(out.what.code);
  // A model that is not there: the provider has others, or another provider has it.
  bool is_refused = out.what.code == ec::provider_refused;
  if (is_refused && (status == 404 || says_no_model(words_of(said))))
    out.then = remedy::fall_back;
  else if (is_refused && (status == 400 || status == 422))
    out.then = remedy::simplify;
  auto word = find_header(headers, "x-should-retry");
  if (word == "true")
    out.then = remedy::retry;
  if (word == "false" && out.then == remedy::retry)
    out.then = remedy::fall_back;
  out.retry_after_ms = asked_wait_ms(headers);
  if (!out.retry_after_ms)
    out.retry_after_ms = said.retry_after_ms;
  if (out.retry_after_ms)
    out.what.retry_after_s = (*out.retry_after_ms + 999) / 1000;
  return out;
}

error classify_frame(const complaint& said) {
  auto status =
      said.status != 0 ? said.status : status_of_words(said.kind, text::to_lower(said.message));
  auto words = words_of(said);
  auto code = code_of(status, words);
  if (code == ec::provider_failed && code_of_refusal(400, words) != ec::provider_refused)
    code = code_of_refusal(400, words);
  auto out = describe(code, "the provider broke off", said);
  if (said.retry_after_ms)
    out.retry_after_s = (*said.retry_after_ms + 999) / 1000;
  return out;
}

call_failure classify_error(const error& failure) {
  call_failure out{failure, remedy_of(failure.code), std::nullopt};
  if (failure.code == ec::provider_refused) // By a stream that had begun.
    out.then = remedy::simplify;
  if (failure.retry_after_s)
    out.retry_after_ms = *failure.retry_after_s * 1000;
  return out;
}

} // namespace kodad::proto::provider
