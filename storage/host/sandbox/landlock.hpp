// LANDLOCK: confines the calling process, and all that it starts, by the kernel's rules on paths:
// for systems where namespaces cannot be had. It hides nothing by name (what exists elsewhere can
// still be seen to exist), but nothing outside can be read, written, run or signalled.
#pragma once

#include "storage/host/sandbox/confinement.hpp"
#include "storage/host/sandbox/setup.hpp"

namespace kodad::storage::host {

/// The kernel's version of Landlock; 0 for none.
int landlock_version();

/// What the rules must cover to be a sandbox: signals to processes outside came with version 6
/// (Linux 6.12).
inline constexpr int landlock_version_needed = 6;

/// For people: why it cannot be used here; empty when it can.
std::string landlock_obstacle();

/// With the host's network come its abstract sockets, which have no file that could be hidden: this
/// keeps them out of reach and forbids nothing else. In the forked child only.
setup_failure part_from_abstract_sockets();

/// Gives up all capabilities and puts the rules and the syscall filters in force. In the forked
/// child only, before exec. @param workspace The open workspace folder (O_PATH).
/// @param temporary A folder of the child's own, which stands for /tmp.
/// @param channel To its broker, see broker.hpp.
setup_failure enter_landlock(const confinement& what, int workspace, const std::string& temporary,
                             int channel);

} // namespace kodad::storage::host
