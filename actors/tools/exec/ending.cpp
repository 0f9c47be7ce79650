#include "actors/tools/exec/ending.hpp"

#include <algorithm>
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

/// Of the words that the C library has for these errors, whatever the program.
bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [text](auto word) { return text.find(word) != text.npos; });
}

std::string space_hint(const host::child_spec& spec) {
  auto disk =
      "the disk may fill by " + mebibytes(spec.limits.disk_bytes) + " (sandbox.limits.disk)";
  if (!spec.confined || spec.confined->mode != host::sandbox_mode::bubblewrap)
    return disk;
  return "/tmp has " + mebibytes(spec.confined->temporary_bytes) +
         " (sandbox.limits.tmp), /dev/shm " + mebibytes(spec.confined->shared_memory_bytes) +
         " (sandbox.limits.shm); " + disk;
}

/// What ended the command, or what it was seen to have reached; empty for neither.
std::string cause_of(const host::exit_status& status, const host::child_spec& spec) {
  if (status.timed_out)
    return "it ran longer than the " + std::to_string(spec.timeout->count()) +
           " ms it was given (argument timeout; sandbox.limits.time and time_max)";
  if (status.flooded)
    return "it wrote more than " + mebibytes(spec.output_bytes_max) +
           ", the bound of a command's output; send it to a file";
  auto bound = bound_of(status.bound, spec.limits);
  return bound.empty() ? bound_of(signal_of(status), spec.limits) : bound;
}

} // namespace

std::string hints_of(std::string_view output, const host::child_spec& spec) {
  // Bounds are met at the end, and what is far from it may be a text that somebody looked at.
  constexpr size_t looked_at = 4096;
  output.remove_prefix(output.size() > looked_at ? output.size() - looked_at : 0);
  const auto& bounds = spec.limits;
  std::string out;
  auto add = [&out](const std::string& text) { out += "(" + text + ")\n"; };
  if (has_any(output, {"No space left on device"}))
    add("no space: " + space_hint(spec));
  if (bounds.processes > 0 &&
      has_any(output, {"fork: retry", "fork: Resource temporarily", "Cannot fork", "can't fork",
                       "BlockingIOError: [Errno 11]", "can't start new thread"}))
    add("no further process: a command may have " + std::to_string(bounds.processes) +
        " (sandbox.limits.processes)");
  if (bounds.memory_bytes > 0 &&
      has_any(output, {"MemoryError", "annot allocate memory", "cannot allocate", "bad_alloc",
                       "out of memory", "Out of memory", "Memory exhausted", "memory exhausted"}))
    add("no further memory: a command may have " + mebibytes(bounds.memory_bytes) +
        " (sandbox.limits.memory)");
  if (bounds.file_size_bytes > 0 && has_any(output, {"File size limit exceeded", "File too large"}))
    add("a file may have " + mebibytes(bounds.file_size_bytes) +
        " at most (sandbox.limits.file_size)");
  if (bounds.open_files > 0 && has_any(output, {"Too many open files"}))
    add("a process may have " + std::to_string(bounds.open_files) + " open files");
  return out;
}

std::string ending_of(const host::exit_status& status, const host::child_spec& spec) {
  if (status.cancelled && !status.timed_out)
    return "(ended: cancelled)";
  auto cause = cause_of(status, spec);
  if (!cause.empty() && status.signal == 0 && !status.timed_out && !status.flooded)
    return "(exit code " + std::to_string(status.code) + ": " + cause + ")";
  if (!cause.empty())
    return "(ended: " + cause + ")";
  if (status.signal != 0)
    return "(ended by signal " + std::to_string(status.signal) + ")";
  return "(exit code " + std::to_string(status.code) + ")";
}

std::optional<proto::error> failure_of(const host::exit_status& status,
                                       const host::child_spec& spec) {
  using proto::ec;
  if (status.timed_out)
    return proto::make_error(ec::tool_timeout, "the command ran out of time");
  if (status.cancelled)
    return proto::make_error(ec::cancelled, "the command was cancelled");
  auto signal = signal_of(status);
  bool is_bound = status.flooded || signal == SIGXFSZ;
  // A bound that was only reached has left the command to end by itself.
  is_bound |= status.bound != host::resource_bound::none && signal != 0;
  if (!is_bound)
    return std::nullopt;
  return proto::make_error(ec::tool_failed, "the command was ended: " + cause_of(status, spec));
}

} // namespace kodad::actors
