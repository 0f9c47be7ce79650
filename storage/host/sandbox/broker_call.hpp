// BROKER CALL: what a notified system call asks for, as plain values. Knows the numbers and the
// arguments, and nothing of the caller.
#pragma once

#include <cstdint>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

enum class times_layout : uint8_t {
  seconds,      ///< struct utimbuf
  microseconds, ///< struct timeval[2]
  nanoseconds,  ///< struct timespec[2]
};

struct broker_call {
  enum class wish : uint8_t { start, mode, times, owner };

  wish wanted = wish::start;
  int folder = AT_FDCWD; ///< What the path starts from, or the file itself.
  bool has_path = false; ///< Else `folder` is the file.
  bool may_be_empty = false;
  bool follows = true; ///< A link at the end of the path.
  uint64_t path = 0;   ///< In the caller's memory.
  mode_t mode = 0;
  uint64_t times = 0; ///< Likewise; 0 for now.
  times_layout layout = times_layout::nanoseconds;
  uid_t owner = 0;
  gid_t group = 0;
};

/// The numbers of all calls that are brokered on this architecture.
const std::vector<int>& brokered_numbers();

/// Does this call start a process or thread?
bool is_start(int number);

struct broker_reading {
  broker_call call;
  int number = 0; ///< The errno of a call that is refused as it stands.
};

/// @pre `given.nr` is one of `brokered_numbers`.
broker_reading read_call(const seccomp_data& given);

/// The descriptor that a path of /proc names, if it is one of the caller's own: the C library has
/// no other way to change what it has opened without following links.
std::optional<int> own_descriptor(std::string_view path, pid_t caller);

} // namespace kodad::storage::host
