// PLAIN FILE: a file that somebody hostile may have put into a workspace, read as what it is: no
// link is followed, nothing but a regular file is opened, and no more is read than was asked for.
#pragma once

#include "storage/host/folder.hpp"

namespace kodad::storage::host {

/// The whole of the file of this name right below the folder; nothing when there is none. Fails
/// with the name in its sentence and no other part of the path. @param bytes_max A larger file
/// fails.
proto::result<std::optional<std::string>> read_plain_file(const folder& in, const std::string& name,
                                                          size_t bytes_max);

/// Is there anything of this name right below the folder, a link included?
bool holds_entry(const folder& in, const char* name);

} // namespace kodad::storage::host
