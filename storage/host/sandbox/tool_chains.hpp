// TOOL CHAINS: compilers, interpreters and package managers that people keep in their home folder,
// which a command does not see otherwise. Shown are programs and libraries, never the files where
// such tools keep passwords and tokens (~/.cargo/credentials, ~/.npmrc, ~/.m2/settings.xml).
#pragma once

#include <string>
#include <vector>

namespace kodad::storage::host {

struct tool_chains {
  std::vector<std::string> shown;       ///< Absolute; exist.
  std::vector<std::string> environment; ///< PATH, and where a tool has to look: "NAME=value".
};

/// Those of this process's HOME and PATH. @param first Folders that come first in PATH.
tool_chains find_tool_chains(const std::vector<std::string>& first);

} // namespace kodad::storage::host
