#include "storage/host/sandbox/broker_call.hpp"

#include <algorithm>
#include <cerrno>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

using namespace kodad::storage::host;
using wish = broker_call::wish;

namespace {

constexpr int sys_fchmodat2 = 452;
constexpr uint64_t somewhere = 0x7fff'0000'1234;

broker_reading read(int number, std::initializer_list<uint64_t> arguments) {
  seccomp_data given{};
  given.nr = number;
  std::copy(arguments.begin(), arguments.end(), given.args);
  return read_call(given);
}

uint64_t as_argument(int descriptor) {
  return static_cast<uint32_t>(descriptor); // The upper half is whatever the caller has there.
}

} // namespace

TEST_CASE("a change of mode names its file by path or by descriptor") {
  auto [call, number] = read(SYS_fchmodat, {as_argument(AT_FDCWD), somewhere, 0100755});
  CHECK(number == 0);
  CHECK(call.wanted == wish::mode);
  CHECK(call.folder == AT_FDCWD);
  CHECK(call.has_path);
  CHECK(call.follows);
  CHECK_FALSE(call.may_be_empty);
  CHECK(call.path == somewhere);
  CHECK(call.mode == 0755);

  auto open = read(SYS_fchmod, {7 | uint64_t{1} << 32, 0600});
  CHECK(open.call.folder == 7);
  CHECK_FALSE(open.call.has_path);
  CHECK(open.call.mode == 0600);

  auto newest = read(sys_fchmodat2, {5, somewhere, 0700, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW});
  CHECK(newest.number == 0);
  CHECK(newest.call.folder == 5);
  CHECK(newest.call.may_be_empty);
  CHECK_FALSE(newest.call.follows);
}

TEST_CASE("setuid and setgid are refused as they stand, however they are asked for") {
  for (uint64_t mode : {04755, 02755, 06000, 0104755}) {
    CAPTURE(mode);
    CHECK(read(SYS_fchmod, {3, mode}).number == EPERM);
    CHECK(read(SYS_fchmodat, {3, somewhere, mode}).number == EPERM);
    CHECK(read(sys_fchmodat2, {3, somewhere, mode, 0}).number == EPERM);
#ifdef SYS_chmod
    CHECK(read(SYS_chmod, {somewhere, mode}).number == EPERM);
#endif
  }
  CHECK(read(SYS_fchmod, {3, 01777}).number == 0);
}

TEST_CASE("unknown flags are refused as the kernel does") {
  CHECK(read(sys_fchmodat2, {3, somewhere, 0755, 0x10000}).number == EINVAL);
  CHECK(read(SYS_utimensat, {3, somewhere, 0, AT_SYMLINK_FOLLOW}).number == EINVAL);
  CHECK(read(SYS_fchownat, {3, somewhere, 0, 0, AT_REMOVEDIR}).number == EINVAL);
}

TEST_CASE("times come with a path, or without for the descriptor") {
  auto [call, number] =
      read(SYS_utimensat, {as_argument(AT_FDCWD), somewhere, 8, AT_SYMLINK_NOFOLLOW});
  CHECK(number == 0);
  CHECK(call.wanted == wish::times);
  CHECK(call.has_path);
  CHECK_FALSE(call.follows);
  CHECK(call.times == 8);
  CHECK(call.layout == times_layout::nanoseconds);
  auto open = read(SYS_utimensat, {4, 0, 0, 0});
  CHECK(open.number == 0);
  CHECK_FALSE(open.call.has_path);
  CHECK(open.call.folder == 4);
  CHECK(read(SYS_utimensat, {as_argument(AT_FDCWD), 0, 0, 0}).number == EFAULT);
#ifdef SYS_utime
  CHECK(read(SYS_utime, {somewhere, 8}).call.layout == times_layout::seconds);
  CHECK(read(SYS_utimes, {somewhere, 8}).call.layout == times_layout::microseconds);
  CHECK(read(SYS_futimesat, {4, somewhere, 8}).call.folder == 4);
#endif
}

TEST_CASE("an owner is given by path, link or descriptor") {
  auto [call, number] = read(SYS_fchownat, {3, somewhere, 1000, as_argument(-1), 0});
  CHECK(number == 0);
  CHECK(call.wanted == wish::owner);
  CHECK(call.owner == 1000);
  CHECK(call.group == static_cast<gid_t>(-1));
  CHECK(call.follows);
  CHECK(read(SYS_fchown, {3, 1, 2}).call.group == 2);
#ifdef SYS_lchown
  CHECK(read(SYS_chown, {somewhere, 1, 2}).call.follows);
  CHECK_FALSE(read(SYS_lchown, {somewhere, 1, 2}).call.follows);
#endif
}

TEST_CASE("each brokered call is a change or a start, once") {
  auto all = brokered_numbers();
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());
  CHECK(is_start(SYS_clone));
  // What the first filter leaves to the broker and the broker to nobody would be allowed.
  for (int change :
       {static_cast<int>(SYS_fchmod), static_cast<int>(SYS_fchmodat), sys_fchmodat2,
        static_cast<int>(SYS_utimensat), static_cast<int>(SYS_fchown),
        static_cast<int>(SYS_fchownat),
#ifdef SYS_fork
        static_cast<int>(SYS_chmod), static_cast<int>(SYS_chown), static_cast<int>(SYS_lchown),
        static_cast<int>(SYS_utime), static_cast<int>(SYS_utimes), static_cast<int>(SYS_futimesat)
#endif
       }) {
    CAPTURE(change);
    CHECK(std::ranges::count(all, change) == 1);
    CHECK_FALSE(is_start(change));
  }
  auto starts = std::ranges::count_if(all, is_start);
#ifdef SYS_fork
  CHECK(starts == 3);
#else
  CHECK(starts == 1);
#endif
}

TEST_CASE("a path of /proc that names a descriptor of the caller is known, and no other") {
  CHECK(own_descriptor("/proc/self/fd/0", 12) == 0);
  CHECK(own_descriptor("/proc/thread-self/fd/17", 12) == 17);
  CHECK(own_descriptor("/proc/12/fd/3", 12) == 3);
  CHECK(own_descriptor("/dev/fd/3", 12) == 3);
  for (const char* other :
       {"", "/proc/self/fd/", "/proc/self/fd/-1", "/proc/self/fd/3/", "/proc/self/fd/3/../4",
        "/proc/self/fd/x", "/proc/13/fd/3", "/proc/self/cwd", "proc/self/fd/3", "//proc/self/fd/3",
        "/proc/self/fd/99999999999", "/proc/self/fd/+1"}) {
    CAPTURE(other);
    CHECK_FALSE(own_descriptor(other, 12));
  }
}
