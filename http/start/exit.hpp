// EXIT: how the process ends, and with which code. It always ends at once, without destructors:
// what was acknowledged is on disk, and the spawner ends every child when we are gone, so that
// taking the host apart would only be a way to hang. Whoever decides first to leave, leaves.
#pragma once

#include <cstdint>
#include <string_view>

namespace kodad::http {

/// Documented in --help; scripts and service managers rely on them.
enum class exit_code : int {
  stopped = 0,      ///< Stopped in order; all was kept. Also after --help and --version.
  not_all_kept = 1, ///< Stopped, but what was under way was cut off; it goes on at the next start.
  refused = 2,      ///< Did not start.
  broken = 70,      ///< Broke down while running.
};

/// What the process is doing. It only ever moves forward.
enum class phase : uint8_t { starting, running, stopping };

phase current_phase();

/// False when the process is not, or no longer, in `from`.
bool advance(phase from, phase to);

/// Ends the process; a watchdog kills it when even that takes more than `exit_deadline`.
[[noreturn]] void leave(exit_code code);

/// The same, with one line on stderr that says why.
[[noreturn]] void leave(exit_code code, std::string_view why);

/// An actor or thread failed: a start that is refused, or a break-down.
[[noreturn]] void break_down(std::string_view why);

/// From now on an exception that nobody catches is such a break-down, in every thread.
void catch_the_uncaught();

} // namespace kodad::http
