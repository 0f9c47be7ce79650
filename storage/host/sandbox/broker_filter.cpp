#include "storage/host/sandbox/broker_filter.hpp"

#include "storage/host/sandbox/broker_call.hpp"

#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <vector>

namespace kodad::storage::host {

namespace {

using program = std::vector<sock_filter>;

/// `answer` for each of these calls, in this machine's own numbering: calls in any other end the
/// process by the first program.
program answering(const std::vector<int>& calls, uint32_t answer) {
  constexpr uint16_t load = BPF_LD | BPF_W | BPF_ABS;
  constexpr uint16_t if_equal = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr uint16_t give = BPF_RET | BPF_K;
  program out{
      BPF_STMT(load, offsetof(seccomp_data, arch)),
      BPF_JUMP(if_equal, seccomp_arch_native(), 1, 0),
      BPF_STMT(give, SECCOMP_RET_ALLOW),
      BPF_STMT(load, offsetof(seccomp_data, nr)),
  };
  for (auto call : calls) {
    out.push_back(BPF_JUMP(if_equal, static_cast<uint32_t>(call), 0, 1));
    out.push_back(BPF_STMT(give, answer));
  }
  out.push_back(BPF_STMT(give, SECCOMP_RET_ALLOW));
  return out;
}

int install(program steps, unsigned flags) {
  sock_fprog all{static_cast<unsigned short>(steps.size()), steps.data()};
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &all));
}

} // namespace

descriptor listen_for_calls() {
  // Once the broker has taken a call, only a kill interrupts it: else each signal would repeat it.
  constexpr unsigned flags =
      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  return descriptor(install(answering(brokered_numbers(), SECCOMP_RET_USER_NOTIF), flags));
}

bool refuse_changes() {
  std::vector<int> changes;
  for (auto call : brokered_numbers())
    if (!is_start(call))
      changes.push_back(call);
  return install(answering(changes, SECCOMP_RET_ERRNO | EPERM), 0) == 0;
}

} // namespace kodad::storage::host
