// BROKER FILTER: the second seccomp program of a command under Landlock. It hands calls over to the
// broker. Of the two programs the one that refuses counts: what syscall_filter.hpp refuses is not
// even asked for.
#pragma once

#include "storage/host/descriptor.hpp"

namespace kodad::storage::host {

/// Puts it in force for the calling process: from here on the calls of broker_call.hpp wait at the
/// listener that is returned. Not open, with errno, on failure: EBUSY where a program above has a
/// listener already, which the kernel grants one of. @pre no_new_privs.
descriptor listen_for_calls();

/// Where there is no broker: refuses all of them but the starts of processes. False, with errno.
bool refuse_changes();

} // namespace kodad::storage::host
