// ENDING: how a command's end is told to the model. The one place that knows a sentence for each
// bound that can end a child, with the key that sets the bound.
#pragma once

#include "storage/host/process_host.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::actors {

/// One line without its newline: the exit code, or what ended the command.
std::string ending_of(const storage::host::exit_status& status,
                      const storage::host::child_spec& spec);

/// Why the command was ended from outside, before it was done; nothing for one that ended itself.
std::optional<proto::error> failure_of(const storage::host::exit_status& status,
                                       const storage::host::child_spec& spec);

/// What a program's own words say of bounds that the kernel told only to it, one line for each with
/// its newline; else empty. Programs end by themselves on these, with a code of their own.
std::string hints_of(std::string_view output, const storage::host::child_spec& spec);

} // namespace kodad::actors
