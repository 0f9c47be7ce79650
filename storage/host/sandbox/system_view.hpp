// SYSTEM VIEW: what of the system itself every confined child sees, read-only: programs, libraries,
// and the few files of /etc that they need to run, to resolve names and to check certificates. No
// private keys (/etc/ssl/private), no host's users: /etc/passwd and /etc/group are our own.
#pragma once

#include "storage/host/sandbox/confinement.hpp"

#include <string>
#include <vector>

namespace kodad::storage::host {

/// Folders of programs and libraries. One that is a link on a system with merged /usr stays one.
const std::vector<std::string>& system_folders();

/// Files and folders of /etc, those that exist; with `network` also how names are resolved.
std::vector<std::string> system_files(bool network);

/// The home of every confined child, empty at its start.
inline constexpr const char* sandbox_home = "/tmp/home";

/// Whom files of the operator seem to belong to, inside: an ordinary user of this number.
inline constexpr unsigned sandbox_uid = 1000;

/// The contents of /etc/passwd and /etc/group.
std::string sandbox_passwd();
std::string sandbox_group();

/// Would a workspace or shown folder at `path` hide or be part of the view itself?
bool hides_system(const std::string& path);

} // namespace kodad::storage::host
