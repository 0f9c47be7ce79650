// GIT in the sandbox: what a command needs so that git works in a workspace as it does for the
// operator: a name to commit under, and, where the workspace is a worktree, the repository that it
// belongs to, which lies elsewhere.
#pragma once

#include "storage/host/folder.hpp"
#include "storage/host/process_host.hpp"
#include "storage/host/sandbox/confinement.hpp"

namespace kodad::storage::host {

/// What stands in the place of the system's git configuration: the operator's user.name and
/// user.email, asked of git once; a name of kodad's own where there are none.
std::string git_config_for_commands(process_host& processes);

/// The folders outside that git uses when `.git` is a file, as in a worktree: the repository
/// read-only, and of it writable what a commit writes. Only where the repository itself names this
/// workspace as its worktree: a `.git` file alone may point anywhere. Empty otherwise.
std::vector<shown_path> git_folders_of(const folder& workspace);

} // namespace kodad::storage::host
