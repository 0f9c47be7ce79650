// PATHS of the operating system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::storage::host {

/// The absolute path of an existing folder with all links followed; nothing if there is none.
/// @pre `path` is absolute; a relative one gives nothing.
std::optional<std::string> resolve_folder(const std::string& path);

/// The absolute path without links of whatever stands at `path`; nothing if nothing does, or if it
/// is relative.
std::optional<std::string> real_path(const std::string& path);

/// What stands at a path, links followed.
enum class path_kind : uint8_t { nothing, folder, file, other };

struct path_look {
  path_kind kind = path_kind::nothing;
  std::string failure; ///< For people, where nothing can be reached.
};
path_look look_at(const std::string& path);

/// Is `path` the folder, or below it? By name alone: both absolute, without links, without a slash
/// at their ends.
bool lies_in(std::string_view path, std::string_view folder);

/// The process's current folder; empty when it is gone.
std::string current_folder();

} // namespace kodad::storage::host
