// TRIAL: a sandbox counts as one when it has shown that it confines: a command in it was kept from
// reading and writing beside its workspace. A program that merely calls itself bubblewrap is not.
#pragma once

#include "storage/host/sandbox/sandbox.hpp"

namespace kodad::storage::host {

struct found_program {
  std::string program;  ///< Absolute, without links; empty when there is none to be trusted.
  std::string obstacle; ///< Why, then.
};

/// The first bwrap on PATH that nobody but root and the server's own user can write.
found_program find_bubblewrap();

/// Runs a command that tries to get out of the sandbox of `settings.mode`. Returns why it does not
/// work; empty when it does. Waits for `patience` at most.
std::string try_sandbox(const sandbox_settings& settings, std::chrono::milliseconds patience,
                        process_host& processes);

} // namespace kodad::storage::host
