#include "actors/tools/exec/ending.hpp"

#include <csignal>

namespace kodad::actors {

namespace host = storage::host;

namespace {

constexpr int shell_signal_base = 128; // A shell and a sandbox tell signal 9 as code 137.

/// The signal that ended the command, told as such or as a code; 0 for none.
int signal_of(const host::exit_status& status) {
  if (status.signal != 0)
    return status.signal;
  return status.code > shell_signal_base && status.code < shell_signal_base + NSIG
             ? status.code - shell_signal_base
             : 0;
}

std::string mebibytes(uint64_t bytes) {
  return std::to_string(bytes / (1024 * 1024)) + " MiB";
}

/// What of the kernel's own bounds the signal tells; empty for none.
std::string bound_of(int signal, const host::resource_limits& bounds) {
  if (signal == SIGXFSZ && bounds.file_size_bytes > 0)
    return "a file may have " + mebibytes(bounds.file_size_bytes) +
           " at most (sandbox.limits.file_size)";
  if (signal == SIGKILL)
    return "killed, as the system does to one that takes more memory than there is";
  return "";
}

/// What was seen from outside of the command and all that it started; empty for none.
std::string bound_of(host::resource_bound seen, const host::resource_limits& bounds) {
  switch (seen) {
  case host::resource_bound::memory:
    return "it took more than its " + mebibytes(bounds.memory_bytes) +
           " of memory (sandbox.limits.memory)";
  case host::resource_bound::processes:
    return "it reached its " + std::to_string(bounds.processes) +
           " processes (sandbox.limits.processes)";
  case host::resource_bound::disk:
    return "it filled the disk by more than its " + mebibytes(bounds.disk_bytes) +
           ", or nearly all of it (sandbox.limits.disk)";
  case host::resource_bound::machine_memory:
    return "the machine's memory ran low, and it had taken the most";
  case host::resource_bound::none:
    break;
  }
  return "";
}

} // namespace

std::string ending_of(const host::exit_status& status, const host::child_spec& spec) {
  if (status.timed_out)
    return "(ended: it ran longer than the " + std::to_string(spec.timeout->count()) +
           " ms it was given (argument timeout; sandbox.limits.time and time_max))";
  if (status.cancelled)
    return "(ended: cancelled)";
  if (status.flooded)
    return "(ended: it wrote more than " + mebibytes(spec.output_bytes_max) +
           ", the bound of a command's output; send it to a file)";
  auto signal = signal_of(status);
  auto bound = bound_of(status.bound, spec.limits);
  if (bound.empty())
    bound = bound_of(signal, spec.limits);
  if (!bound.empty() && status.signal == 0)
    return "(exit code " + std::to_string(status.code) + ": " + bound + ")";
  if (!bound.empty())
    return "(ended: " + bound + ")";
  if (status.signal != 0)
    return "(ended by signal " + std::to_string(status.signal) + ")";
  return "(exit code " + std::to_string(status.code) + ")";
}

} // namespace kodad::actors
