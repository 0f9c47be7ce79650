// What /proc says about the server: memory, processor time, threads, descriptors. Reads only, and
// only of the process the caller names.
#pragma once

#include <cstdint>

namespace kodad::load {

struct process_figures {
  int64_t rss_kib = 0; ///< Resident memory; 0 when there is no such process.
  int64_t cpu_ms = 0;  ///< Time on processors so far, user and system; steps of 10 ms.
  int64_t threads = 0;
};

/// All zero for a process that cannot be read, and for `pid` 0.
process_figures read_process(int64_t pid);

} // namespace kodad::load
