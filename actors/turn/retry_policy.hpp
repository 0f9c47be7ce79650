// RETRY POLICY: when a failed model call is made again, and the words a turn ends with. Pure.
#pragma once

#include "proto/chat.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kodad::actors {

/// How long to wait after attempt number `attempt` (from 1) failed. What the provider asked for
/// counts; otherwise the bound doubles from attempt to attempt and the wait lies somewhere below
/// it ("full jitter"), so that many sessions do not come back at once.
/// @param jitter In [0, 1).
int64_t retry_delay_ms(int attempt, std::optional<int64_t> asked_ms, double jitter);

/// The `finish_reason` of a turn whose last model call stopped like this.
std::string finish_word(proto::stop_reason why);

} // namespace kodad::actors
