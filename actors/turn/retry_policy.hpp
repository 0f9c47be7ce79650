// RETRY POLICY: when a failed model call is made again, and the words a turn ends with. Pure.
#pragma once

#include "proto/chat.hpp"
#include "proto/error.hpp"
#include "proto/model.hpp"
#include "proto/provider/adapter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kodad::actors {

/// How long to wait after attempt number `attempt` (from 1) failed. What the provider asked for
/// counts; otherwise the bound doubles from attempt to attempt and the wait lies somewhere below
/// it ("full jitter"), so that many sessions do not come back at once.
/// @param jitter In [0, 1).
int64_t retry_delay_ms(int attempt, std::optional<int64_t> asked_ms, double jitter);

/// Is the wait that a provider asks for short enough to be waited (`limits::provider_patience`)?
bool is_worth_waiting(std::optional<int64_t> asked_ms);

/// The place of the model to fall back to from `failed`, after a failure with that code; nothing
/// when none is left. A model of the same provider is no way out of that provider's bill, lock or
/// absence, and one of no larger context none out of a conversation too long.
std::optional<size_t> next_model(const std::vector<proto::model>& models, size_t failed,
                                 proto::ec why);

/// What an answer with nothing in it that stopped like this means: it is made again, unless the
/// provider holds it back, which it would do again.
proto::provider::call_failure empty_answer(proto::stop_reason why);

/// The `finish_reason` of a turn whose last model call stopped like this.
std::string finish_word(proto::stop_reason why);

} // namespace kodad::actors
