// TEMPORARY FOLDERS of children that cannot have a file system of their own for them (Landlock). A
// folder's name tells whose it is, so that what a killed server left can be found.
#pragma once

#include <string>
#include <vector>

namespace kodad::storage::host {

/// Makes one for a child of our parent process's, the server. Empty, with errno, on failure.
std::string make_temporary();

/// Gives their owner all rights to the folders in such a folder, which a command may have taken, so
/// that they can be removed. Follows no link, and may meet processes that still change them.
void open_up(const std::string& path);

/// Those of servers that are gone.
std::vector<std::string> left_temporaries();

} // namespace kodad::storage::host
