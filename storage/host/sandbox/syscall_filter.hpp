// SYSCALL FILTER: the system calls that a confined child may not make, as a seccomp program. A list
// of what is refused, not of what is allowed: compilers, tests and language runtimes must go on
// working. It closes what namespaces and Landlock leave open: the kernel's keyring, io_uring,
// virtual sockets, new namespaces and mounts, setuid bits on files, and rarely used machinery.
// Under Landlock alone also what that cannot see: all sockets but pairs, and changes of a file's
// owner and attributes by path; broker_filter.hpp has the rest.
#pragma once

#include "storage/host/descriptor.hpp"

#include <cstdint>

namespace kodad::storage::host {

enum class filter_for : uint8_t {
  namespaces, ///< Inside bubblewrap.
  landlock,
};

enum class network_access : uint8_t { none, host };

enum class system_v : uint8_t {
  refused,
  bounded, ///< By the limits of an IPC namespace.
};

/// The filter as a memory file of BPF instructions, what bubblewrap's --seccomp takes. Not closed
/// by an exec. Empty, with errno, on failure.
descriptor syscall_filter(filter_for what, network_access network, system_v shared);

/// Puts a filter made by `syscall_filter` in force for the calling process. @pre no_new_privs.
bool install(const descriptor& filter);

} // namespace kodad::storage::host
