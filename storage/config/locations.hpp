// LOCATIONS: where the configuration, the state and the address file lie, after the XDG rules. An
// XDG variable that is empty or relative counts as unset, as those rules demand. Only names paths:
// nothing is created or read here.
#pragma once

#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <vector>

namespace kodad::storage {

/// `$XDG_CONFIG_HOME/kodad/config.yaml`, else `~/.config/kodad/config.yaml`; nothing without HOME.
std::optional<std::string> default_config_file(const host::environment& variables);

/// `$XDG_STATE_HOME/kodad`, else `~/.local/state/kodad`. Fails with `storage_failed` without HOME.
proto::result<std::string> default_state_folder(const host::environment& variables);

/// The files in which other programs keep a GitHub token for Copilot: `github-copilot/hosts.json`
/// and `apps.json` below `$XDG_CONFIG_HOME`, `opencode/auth.json` below `$XDG_DATA_HOME`.
std::vector<std::string> copilot_files(const host::environment& variables);

/// `$XDG_RUNTIME_DIR/kodad/url`: holds the address while kodad runs; nothing without the variable.
std::optional<std::string> url_file(const host::environment& variables);

} // namespace kodad::storage
