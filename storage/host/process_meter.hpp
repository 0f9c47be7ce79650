// PROCESS METER: how much memory, how many processes and how much disk a child uses together with
// all that it started, as /proc tells it. Needs no control group, which an ordinary user seldom
// may make; in exchange a bound is noticed a moment late. For the spawner, which ends who exceeds.
#pragma once

#include "storage/host/child_spec.hpp"
#include "storage/host/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

struct tree_usage {
  uint64_t memory_bytes = 0; ///< Of single processes: shared_memory.hpp has the rest.
  uint64_t processes = 0;
};

/// Who descends from whom, at one moment. Costs one look at each process of the machine.
class process_table {
public:
  static process_table read();

  /// Of `root` and its descendants.
  tree_usage usage_of(pid_t root) const;

  /// Processes and threads of `root` and its descendants.
  uint64_t tasks_of(pid_t root) const;

  std::vector<pid_t> children_of(pid_t parent) const;

  /// `root` first.
  std::vector<pid_t> tree_of(pid_t root) const;

private:
  std::multimap<pid_t, pid_t> children_; ///< By parent.
};

/// Is the machine about to run out of memory?
bool machine_memory_is_low();

struct temporary_usage {
  uint64_t bytes = 0;
  uint64_t entry_bytes = 0; ///< What the kernel keeps of files and folders, empty ones too.
};

/// Of the temporary file systems of the sandbox that `pid` runs in; 0 where there are none.
temporary_usage temporary_usage_of(pid_t pid);

/// Free bytes of the disk that an open folder lies on; nothing where it cannot be told.
std::optional<uint64_t> free_bytes(const descriptor& folder);

/// Can that disk be asked without waiting for a server or a program? Asks it, and so may wait.
bool is_local_disk(const descriptor& folder);

} // namespace kodad::storage::host
