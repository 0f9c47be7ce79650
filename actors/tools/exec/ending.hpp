// ENDING: how a command's end is told to the model. The one place that knows a sentence for each
// bound that can end a child, with the key that sets the bound.
#pragma once

#include "storage/host/process_host.hpp"

#include <string>

namespace kodad::actors {

/// One line without its newline: the exit code, or what ended the command.
std::string ending_of(const storage::host::exit_status& status,
                      const storage::host::child_spec& spec);

} // namespace kodad::actors
