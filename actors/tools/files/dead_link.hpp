// DEAD LINK: why a path leads nowhere, where a link on the way is the reason. Blocks for as long as
// the disk does.
#pragma once

#include "storage/host/folder.hpp"

#include <string>

namespace kodad::actors {

/// That a part of the path is a link, and where that leads within the workspace; empty when no link
/// stands in the way. Of what lies outside nothing is said but that.
/// @param path As `folder` takes it.
std::string dead_link(const storage::host::folder& workspace, const std::string& path);

/// What stands there, links followed. Fails when nothing does, or it cannot be reached, and says
/// which link is the reason, if one is.
proto::result<storage::host::file_status> look_at(const storage::host::folder& workspace,
                                                  const std::string& path, std::string_view kind);

} // namespace kodad::actors
