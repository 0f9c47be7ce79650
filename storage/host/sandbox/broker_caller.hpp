// BROKER CALLER: what the broker looks up of the thread whose call waits: its memory, its working
// folder, its descriptors. The thread may die and another get its number: what was read counts only
// if the call still waits afterwards.
#pragma once

#include "storage/host/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace kodad::storage::host {

class broker_caller {
public:
  explicit broker_caller(pid_t thread);

  pid_t thread() const { return thread_; }

  /// Copies memory. Returns the errno, 0 when all was read.
  int read(uint64_t address, void* into, size_t size) const;

  /// Copies a path, up to its end. Returns the errno.
  int read_path(uint64_t address, std::string& out) const;

  /// O_PATH; not open, with errno, if there is none.
  descriptor working_folder() const;
  descriptor opened(int number) const;

  /// A second descriptor of what the caller has open, as it is open: not O_PATH. Not open also
  /// where a container keeps such from being had.
  descriptor shared(int number) const;

  /// Does it run just now, or wait for its turn to?
  bool is_running() const;

  /// How often it has been given a processor; 0 where the kernel does not count.
  uint64_t turns() const;

private:
  pid_t thread_;
  std::string folder_; ///< Its part of /proc.
};

} // namespace kodad::storage::host
