// PROCESS: what the process itself must be before anything else starts: which signals are waited
// for, how many descriptors there may be, and that nobody reads keys out of its memory.
#pragma once

#include <csignal>

namespace kodad::http {

/// Signals are waited for, not handled: all threads inherit the mask.
/// @return The signals to wait for.
sigset_t block_signals();

/// As many descriptors as we may have, and no core file that would hold keys.
void set_process_limits();

} // namespace kodad::http
