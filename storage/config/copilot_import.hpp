// COPILOT IMPORT: the GitHub token that a Neovim or VS Code plugin or opencode has left on this
// machine, for a provider `github-copilot` without an `api_key`. Read once, at the start.
#pragma once

#include "storage/host/environment.hpp"

#include <optional>
#include <string>

namespace kodad::storage {

/// A secret. Nothing when no such program has one.
std::optional<std::string> imported_github_token(const host::environment& variables);

} // namespace kodad::storage
