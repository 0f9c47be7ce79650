// RUN TO END: a child whose end is waited for. For the start of the host and for threads that may
// wait, never for an actor on the scheduler.
#pragma once

#include "storage/host/process_host.hpp"

#include <string>

namespace kodad::storage::host {

struct child_outcome {
  exit_status status;
  std::string output; ///< Its standard output, with the error output where that is merged into it.
};

/// Waits for as long as the spec's `timeout` allows. Fails as `process_host::start` does.
proto::result<child_outcome> run_to_end(process_host& processes, child_spec spec);

} // namespace kodad::storage::host
