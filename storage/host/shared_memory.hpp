// SHARED MEMORY: how much a tree of processes holds in memory files, shared mappings and System V
// segments, whether they are mapped or not. Reads all their descriptors and mappings: for the
// bound watch, when the machine's shared memory has grown by so much that it may be this tree's.
#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

struct shared_usage {
  uint64_t bytes = 0;
  uint64_t queues = 0; ///< Sockets and pipes, in which the kernel keeps what nobody shows.
  /// There may be more: descriptors are in flight between sockets, or something was not to be read.
  bool is_partial = false;
};

shared_usage shared_usage_of(const std::vector<pid_t>& tree);

/// Of all processes and temporary file systems of the machine, what is in swap included.
uint64_t machine_shared_bytes();

} // namespace kodad::storage::host
