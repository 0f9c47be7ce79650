// PATHS of the operating system.
#pragma once

#include <optional>
#include <string>

namespace kodad::storage::host {

/// The absolute path of an existing folder with all links followed; nothing if there is none.
/// @pre `path` is absolute; a relative one gives nothing.
std::optional<std::string> resolve_folder(const std::string& path);

/// The process's current folder; empty when it is gone.
std::string current_folder();

} // namespace kodad::storage::host
