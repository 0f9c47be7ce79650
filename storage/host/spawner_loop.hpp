// The SPAWNER'S OWN SIDE, running in the forked process only: obeys requests, reaps, reports. Its
// one rule about escapees: whatever becomes its direct child without having been started by it is
// the orphan of a child that ended (children adopt their own orphans while they live) and is
// killed; the end of a child is reported when no orphan is left.
#pragma once

#include "storage/host/child_spec.hpp"
#include "storage/host/descriptor.hpp"

#include <sys/types.h>

namespace kodad::storage::host {

/// The descriptors of a child to be, in the spawner.
struct child_descriptors {
  int input = -1; ///< -1 for /dev/null.
  int output = -1;
  int errors = -1;            ///< -1 when merged.
  int workspace = -1;         ///< -1 for a child that is not confined.
  std::string temporary = {}; ///< A folder of the child's own; only under Landlock.
  int refusals = -1; ///< Likewise, an eventfd: how often the bound on processes refused another.
};

/// What a child that could not become its program says over its report. Fits into one atomic write.
struct start_failure {
  int number = 0;      ///< The errno.
  char step[124] = {}; ///< What could not be done to confine it; empty when that was not it.
};

/// Serves until the other end of `socket` is closed, kills all that is left, and exits.
[[noreturn]] void run_spawner(int socket);

struct started_child {
  pid_t pid = -1;
  int number = 0; ///< The errno if it could not be forked.
  descriptor
      report; ///< Holds a start_failure when the program could not be executed. Never blocks.
};

/// Forks. Does not wait for the program: a dead disk may hold up the way to it for ever, and that
/// is the child's affair alone. Under Landlock the child is the command's broker.
started_child start_child(const child_spec& spec, const child_descriptors& streams);

} // namespace kodad::storage::host
