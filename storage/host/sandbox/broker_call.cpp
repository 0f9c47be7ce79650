#include "storage/host/sandbox/broker_call.hpp"

#include <cerrno>
#include <charconv>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace kodad::storage::host {

namespace {

// Newer than Debian 12's headers; the same on all architectures.
constexpr int sys_fchmodat2 = 452;

using wish = broker_call::wish;

int as_descriptor(uint64_t argument) {
  return static_cast<int>(static_cast<uint32_t>(argument));
}

broker_reading by_path(wish wanted, int folder, uint64_t path) {
  broker_reading out;
  out.call.wanted = wanted;
  out.call.folder = folder;
  out.call.path = path;
  out.call.has_path = true;
  return out;
}

broker_reading by_descriptor(wish wanted, uint64_t file) {
  broker_reading out;
  out.call.wanted = wanted;
  out.call.folder = as_descriptor(file);
  return out;
}

broker_reading with_mode(broker_reading out, uint64_t mode) {
  constexpr uint64_t all_bits = 07777;
  out.call.mode = static_cast<mode_t>(mode & all_bits);
  if ((mode & (S_ISUID | S_ISGID)) != 0)
    out.number = EPERM;
  return out;
}

broker_reading with_owner(broker_reading out, uint64_t owner, uint64_t group) {
  out.call.owner = static_cast<uid_t>(owner);
  out.call.group = static_cast<gid_t>(group);
  return out;
}

broker_reading with_times(broker_reading out, uint64_t times, times_layout layout) {
  out.call.times = times;
  out.call.layout = layout;
  return out;
}

broker_reading with_flags(broker_reading out, uint64_t flags) {
  auto given = static_cast<uint32_t>(flags);
  if ((given & ~uint32_t{AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH}) != 0)
    out.number = EINVAL;
  out.call.follows = (given & AT_SYMLINK_NOFOLLOW) == 0;
  out.call.may_be_empty = (given & AT_EMPTY_PATH) != 0;
  return out;
}

/// Without a path these two mean the descriptor.
broker_reading of_times_at(uint64_t folder, uint64_t path) {
  if (path != 0)
    return by_path(wish::times, as_descriptor(folder), path);
  auto out = by_descriptor(wish::times, folder);
  if (out.call.folder == AT_FDCWD)
    out.number = EFAULT;
  return out;
}

} // namespace

const std::vector<int>& brokered_numbers() {
  static const std::vector<int> all{
      SYS_clone,     SYS_fchmod, SYS_fchmodat, sys_fchmodat2,
      SYS_utimensat, SYS_fchown, SYS_fchownat,
#ifdef SYS_fork // Those that newer architectures have done without.
      SYS_fork,      SYS_vfork,  SYS_chmod,    SYS_chown,
      SYS_lchown,    SYS_utime,  SYS_utimes,   SYS_futimesat,
#endif
  };
  return all;
}

bool is_start(int number) {
  seccomp_data given{};
  given.nr = number;
  return read_call(given).call.wanted == wish::start;
}

broker_reading read_call(const seccomp_data& given) {
  const auto* argument = given.args;
  switch (given.nr) {
  case SYS_fchmod:
    return with_mode(by_descriptor(wish::mode, argument[0]), argument[1]);
  case SYS_fchmodat:
    return with_mode(by_path(wish::mode, as_descriptor(argument[0]), argument[1]), argument[2]);
  case sys_fchmodat2:
    return with_flags(
        with_mode(by_path(wish::mode, as_descriptor(argument[0]), argument[1]), argument[2]),
        argument[3]);
  case SYS_fchown:
    return with_owner(by_descriptor(wish::owner, argument[0]), argument[1], argument[2]);
  case SYS_fchownat:
    return with_flags(with_owner(by_path(wish::owner, as_descriptor(argument[0]), argument[1]),
                                 argument[2], argument[3]),
                      argument[4]);
  case SYS_utimensat:
    return with_flags(
        with_times(of_times_at(argument[0], argument[1]), argument[2], times_layout::nanoseconds),
        argument[3]);
#ifdef SYS_fork
  case SYS_chmod:
    return with_mode(by_path(wish::mode, AT_FDCWD, argument[0]), argument[1]);
  case SYS_chown:
    return with_owner(by_path(wish::owner, AT_FDCWD, argument[0]), argument[1], argument[2]);
  case SYS_lchown: {
    auto out = with_owner(by_path(wish::owner, AT_FDCWD, argument[0]), argument[1], argument[2]);
    out.call.follows = false;
    return out;
  }
  case SYS_utime:
    return with_times(by_path(wish::times, AT_FDCWD, argument[0]), argument[1],
                      times_layout::seconds);
  case SYS_utimes:
    return with_times(by_path(wish::times, AT_FDCWD, argument[0]), argument[1],
                      times_layout::microseconds);
  case SYS_futimesat:
    return with_times(of_times_at(argument[0], argument[1]), argument[2],
                      times_layout::microseconds);
#endif
  default:
    return {};
  }
}

std::optional<int> own_descriptor(std::string_view path, pid_t caller) {
  auto own = "/proc/" + std::to_string(caller) + "/fd/";
  for (std::string_view start :
       {std::string_view("/proc/self/fd/"), std::string_view("/proc/thread-self/fd/"),
        std::string_view("/dev/fd/"), std::string_view(own)}) {
    if (!path.starts_with(start))
      continue;
    auto digits = path.substr(start.size());
    int out = 0;
    auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size() && out >= 0)
      return out;
  }
  return std::nullopt;
}

} // namespace kodad::storage::host
