#include "actors/turn/retry_policy.hpp"

#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

int64_t retry_delay_ms(int attempt, std::optional<int64_t> asked_ms, double jitter) {
  using proto::limits::retry_first_delay;
  using proto::limits::retry_longest_delay;
  constexpr int64_t longest = std::chrono::milliseconds(retry_longest_delay).count();
  constexpr int64_t first = std::chrono::milliseconds(retry_first_delay).count();
  if (asked_ms)
    return std::max<int64_t>(*asked_ms, 0);
  auto bound = std::min(longest, first << std::min(attempt - 1, 16));
  return static_cast<int64_t>(static_cast<double>(bound) * jitter);
}

bool is_worth_waiting(std::optional<int64_t> asked_ms) {
  return asked_ms.value_or(0) <=
         std::chrono::milliseconds(proto::limits::provider_patience).count();
}

std::optional<size_t> next_model(const std::vector<proto::model>& models, size_t failed,
                                 proto::ec why) {
  using proto::ec;
  bool shares_fate =
      why == ec::quota_exceeded || why == ec::provider_auth || why == ec::provider_down;
  for (size_t at = failed + 1; at < models.size(); ++at) {
    const auto& next = models[at];
    if (shares_fate && next.provider_id == models[failed].provider_id)
      continue;
    if (why == ec::context_overflow && next.context_size <= models[failed].context_size)
      continue;
    return at;
  }
  return std::nullopt;
}

proto::provider::call_failure empty_answer(proto::stop_reason why) {
  using proto::ec;
  using proto::make_error;
  using proto::stop_reason;
  using proto::provider::remedy;
  switch (why) {
  case stop_reason::filtered:
    return {make_error(ec::content_filtered, "the provider filtered its answer: none of it came"),
            remedy::give_up,
            {}};
  case stop_reason::refusal:
    return {make_error(ec::content_filtered, "the model refused to answer and said nothing else"),
            remedy::give_up,
            {}};
  case stop_reason::context_full:
    return {
        make_error(ec::context_overflow, "the conversation leaves the model no room for an answer"),
        remedy::shrink,
        {}};
  case stop_reason::length:
    return {make_error(ec::provider_failed, "the provider sent an answer with nothing in it: the "
                                            "output limit was reached before its first word"),
            remedy::retry,
            {}};
  default:
    return {make_error(ec::provider_failed, "the provider sent an answer with nothing in it"),
            remedy::retry,
            {}};
  }
}

std::string finish_word(proto::stop_reason why) {
  switch (why) {
  case proto::stop_reason::length:
  case proto::stop_reason::context_full:
    return "length";
  case proto::stop_reason::filtered:
    return "content_filter";
  case proto::stop_reason::refusal:
    return "refusal";
  default:
    return "stop";
  }
}

} // namespace kodad::actors
