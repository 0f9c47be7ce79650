// IPC NAMESPACE: the child's own System V memory, queues and semaphores. Such memory belongs to no
// process, so the kernel is told before the child runs how much of it there may be.
#pragma once

#include "storage/host/sandbox/setup.hpp"

#include <cstdint>

namespace kodad::storage::host {

/// Enters a new one; who is not root, as root of a new user namespace.
/// @param is_bounded Set when the kernel took the bounds: not everybody may set them everywhere.
setup_failure enter_ipc_namespace(uint64_t memory_bytes, bool& is_bounded);

/// In a user namespace just made, the one user and group that there are.
bool map_self(unsigned user_inside, unsigned user, unsigned group_inside, unsigned group);

} // namespace kodad::storage::host
