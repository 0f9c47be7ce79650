// RELATIVE PATHS: how a path written by a model or a person becomes a path below a workspace, as
// text only. What the file system makes of it (links) is decided later, by the kernel, in folder.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>

namespace kodad::storage::host {

/// `path` relative to `root`, without ".", ".." and doubled slashes; "." for the root itself.
/// An absolute path must lie below `root` textually. Fails with `tool_denied` when it leads out
/// and with `tool_invalid_args` when it is empty, too long or holds a NUL.
proto::result<std::string> relative_path(std::string_view root, std::string_view path);

/// Is writing below or at this relative path refused? True for everything in a `.git` or `.kodad`
/// folder, for `.git` itself and for `kodad.yaml`, at any depth and in any case of letters.
bool is_protected(std::string_view relative);

/// "a/b" for "a/b/c", "." for "c".
std::string_view parent_of(std::string_view relative);

/// "c" for "a/b/c".
std::string_view name_of(std::string_view relative);

} // namespace kodad::storage::host
