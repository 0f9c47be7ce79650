// ENTER: the child's way into its sandbox, between fork and exec.
#pragma once

#include "storage/host/child_spec.hpp"
#include "storage/host/sandbox/setup.hpp"

namespace kodad::storage::host {

/// Does what `spec.confined` says. Afterwards `argv` is what has to be executed, `program` where.
/// A failure means that nothing may be executed. @param workspace The open folder (O_PATH).
/// @param temporary Under Landlock, the child's own folder for temporary files.
/// @param channel Likewise, to its broker.
setup_failure enter_sandbox(const child_spec& spec, int workspace, const std::string& temporary,
                            int channel, std::vector<std::string>& argv, std::string& program);

} // namespace kodad::storage::host
