// BUBBLEWRAP: the command line that draws the view around trees that `stage` has put together.
#pragma once

#include "storage/host/sandbox/mounts.hpp"

namespace kodad::storage::host {

/// All of bubblewrap's arguments, its own name first, up to and with "--".
/// @param filter The descriptor of the syscall filter, open when bubblewrap starts.
std::vector<std::string> bubblewrap_arguments(const confinement& what, const staged_trees& staged,
                                              int filter);

} // namespace kodad::storage::host
