// PATH LIST: the files and folders that a key of the configuration names, looked at while the file
// is read, so that one that cannot be had is told with its line. What may come and go, a cache
// that is yet to be made, is a warning; what can never work or would show too much is a mistake.
#pragma once

#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

/// What the paths are for.
enum class path_use : uint8_t {
  workspaces, ///< Folders that sessions may work in.
  programs,   ///< Folders that commands look for programs in.
  reading,    ///< Shown to commands.
  writing,    ///< Shown to commands, who may write there.
};

struct path_wish {
  path_use use = path_use::reading;
  const host::environment& variables;
};

/// Reads the list at `key`. "~" stands for the home folder; all come out absolute.
void read_paths(section& from, std::string_view key, path_wish wish, std::vector<std::string>& out);

} // namespace kodad::storage
