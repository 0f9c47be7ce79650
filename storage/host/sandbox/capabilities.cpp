#include "storage/host/sandbox/capabilities.hpp"

#include <cerrno>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kodad::storage::host {

bool drop_capabilities() {
  for (int one = 0; ::prctl(PR_CAPBSET_READ, one) >= 0; ++one)
    if (::prctl(PR_CAPBSET_DROP, one) != 0 && errno != EPERM)
      return false;
  (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  // The bits stay gone when root executes a program.
  constexpr unsigned no_root_and_locked = 0x2f; // SECBIT_NOROOT … SECBIT_KEEP_CAPS_LOCKED
  (void)::prctl(PR_SET_SECUREBITS, no_root_and_locked);
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return ::syscall(SYS_capset, &head, none) == 0;
}

} // namespace kodad::storage::host
