// TEMPORARY FOLDERS of children that cannot have a file system of their own for them (Landlock). A
// folder's name tells whose it is, so that what a killed server left can be found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

/// Makes one for a child of our parent process's, the server. Empty, with errno, on failure.
std::string make_temporary();

/// Gives their owner all rights to the folders in such a folder, which a command may have taken, so
/// that they can be removed. Follows no link, and may meet processes that still change them.
void open_up(const std::string& path);

/// The server that a folder of this name in /tmp was made for; nothing for anybody else's folder,
/// however much its name is like ours.
std::optional<pid_t> server_of(std::string_view name);

/// Those of servers that are gone.
std::vector<std::string> left_temporaries();

} // namespace kodad::storage::host
