// PROCESS: what the process itself must be before anything else starts: its standard files, how
// much the system grants it, and that nobody reads keys out of its memory.
#pragma once

#include "proto/result.hpp"

#include <cstddef>

namespace kodad::http {

/// Opens /dev/null where 0, 1 or 2 is closed: else the first file that is opened, a database
/// perhaps, would get what is written to stderr.
void open_standard_files();

/// Takes all that may be had of what is needed, and forbids the core file that would hold keys.
/// Fails, naming the `ulimit`, when that is too little to work with.
proto::result<void> claim_resources();

/// Can so many threads be started? Starts and ends them. Fails when the system gives fewer.
proto::result<void> rehearse_threads(size_t count);

/// As many as a host starts, on this machine.
size_t threads_needed();

} // namespace kodad::http
