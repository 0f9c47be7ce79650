// BROKER: one process beside each command under Landlock, which makes the calls that Landlock does
// not see. The command's filter hands them over (seccomp's user notification) and the kernel keeps
// the caller waiting until the broker has answered.
//
//   spawner ── broker ── command ── all that it starts
//
// The broker is the child that the spawner knows; the command is its child. So it may read the
// callers' memory also where Yama lets ancestors alone do so. It ends as the command ends, and
// takes it along when it is killed: the command is tied to it, and with no broker the kernel
// answers every further call with ENOSYS, the start of processes among them.
//
// What it does for a caller:
//  - changes of mode, times and owner (broker_call.hpp). By path: the path is copied from the
//    caller's memory once, resolved by the kernel from the caller's folder to the file that it
//    means, and that file opened anew by its name beneath a folder that the command may write,
//    without links. Only if both are the same file is it changed, by the descriptor that was opened
//    beneath (writable_places.hpp). By descriptor: the same with the file that is open, or one that
//    the caller has open for writing, which Landlock has judged. The broker makes each of these
//    calls itself, on its own copies, with the caller's user and no capability; it never lets the
//    caller's own call go on.
//  - the start of processes and threads (task_count.hpp): counted, and let go on or refused. That
//    is sound for these alone: all that they say is in registers, which the filter has judged.
//
// What it must never do: set a setuid or setgid bit, change what lies outside, hold the call's
// pipes (it has no descriptor but those it works with), or be reached from inside. The latter is
// Landlock's doing, which keeps signals, ptrace and /proc of processes outside away.
#pragma once

#include "storage/host/child_spec.hpp"
#include "storage/host/sandbox/setup.hpp"

namespace kodad::storage::host {

struct broker_terms {
  const confinement& what;
  uint64_t processes_max = 0; ///< With the broker itself; 0 for no bound.
  int workspace = -1;         ///< The open folder (O_PATH).
  std::string temporary;      ///< The command's own folder for temporary files.
  int refusals = -1;          ///< An eventfd, counted up when the bound refuses a start.
};

/// Brokers for the caller's child `command` until that ends, and ends in the same way. @param
/// channel Where the command sends its calls, see `hand_over_calls`.
[[noreturn]] void run_broker(pid_t command, int channel, const broker_terms& terms);

/// In the command, before exec: from here on the brokered calls go to the other end of `channel`.
/// Where the kernel grants no listener, as inside of another's, those calls are refused for good.
/// @pre no_new_privs.
setup_failure hand_over_calls(int channel);

} // namespace kodad::storage::host
