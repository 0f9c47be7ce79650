// MOUNTS: the half of the sandbox that bubblewrap is not asked to do, since it takes paths, and a
// path can be moved by whoever may write above it. Before bubblewrap starts, the child enters a
// mount namespace of its own and puts together there what it will show: the workspace from the open
// descriptor, its guarded places covered by read-only copies of themselves, all of it opened
// beneath that descriptor without following links. Bubblewrap then binds finished trees from a
// folder that nobody else can see. Runs in the forked child only, before exec.
#pragma once

#include "storage/host/sandbox/confinement.hpp"
#include "storage/host/sandbox/setup.hpp"

#include <string>
#include <vector>

namespace kodad::storage::host {

/// The finished trees, as arguments of bubblewrap.
struct staged_trees {
  std::string
      program;        ///< Bubblewrap itself: the very file that was tried, whatever its name means.
  std::string passwd; ///< Path of the file to show as /etc/passwd.
  std::string group;
  std::string git_config;
  struct tree {
    std::string from;
    std::string at;
  };
  bool system_v_is_bounded = false; ///< Else it is to be refused.
  std::vector<tree> trees; ///< The workspace last, so that it lies above what it may lie in.
};

/// Enters the namespaces and builds the trees. As root it also becomes an ordinary user of a number
/// that nobody has, whom the trees' owner is mapped to where the file system can do that.
/// @param workspace The open workspace folder (O_PATH).
/// @param processes_max RLIMIT_NPROC, set at the one moment when it counts for this child alone.
setup_failure stage(const confinement& what, int workspace, uint64_t processes_max,
                    staged_trees& out);

} // namespace kodad::storage::host
