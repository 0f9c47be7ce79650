// LIMITS of the trial of a sandbox at the start.
#pragma once

#include <chrono>

namespace kodad::proto::limits {

// A trial takes some 30 ms; on a machine with ten times more to do than processors, 1.5 s were
// seen. Who gives up early refuses all commands until the next start; who waits longer for a
// sandbox that hangs keeps the start waiting.
inline constexpr auto sandbox_trial_patience = std::chrono::seconds(5);

} // namespace kodad::proto::limits
