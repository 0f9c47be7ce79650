// GIT'S POINTERS: files whose content is the path of a git directory (`.git` files, `commondir`,
// `gitdir`, `alternates`), and where such a path leads, as text. A path that could pass a link on
// its way is not understood on purpose: whoever asks knows real folders only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::git {

/// `target`, as written in a file of the folder `base` (relative to `root`), relative to `root`;
/// "." for the root itself. Nothing if it leads out, or has ".." anywhere but in front.
std::optional<std::string> path_inside(std::string_view root, std::string_view base,
                                       std::string_view target);

/// The path in a `.git` file: one line "gitdir: PATH".
std::optional<std::string> read_git_file(std::string_view bytes);

/// The path in a file that is one line.
std::optional<std::string> read_path_line(std::string_view bytes);

/// The lines of a todo list of `git rebase` without those that run a command; nothing if it had
/// none. Words may be shortened, and stand behind blanks.
std::optional<std::string> without_commands(std::string_view todo);

/// Is this the name of a merge strategy? Git makes a program's name of it, and "../x" a path.
bool is_strategy(std::string_view name);

} // namespace kodad::proto::git
