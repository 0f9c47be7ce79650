// WORKSPACE RULE: which folders a session may work in. Asks the file system, so it may block.
#pragma once

#include "actors/messages.hpp"
#include "proto/result.hpp"

#include <string>

namespace kodad::actors {

/// The folder with all its links followed, if it exists and lies in one of the roots.
/// Fails with `workspace_not_allowed`; the sentence does not tell what exists outside the roots.
proto::result<resolved_workspace> allowed_workspace(const resolve_workspace& wish);

/// What the folder shares a disk with, as far as its text tells: the first folder below the root.
/// All that lies outside of the roots is one place, since hardly any of it is allowed.
std::string likely_disk(const resolve_workspace& wish);

} // namespace kodad::actors
