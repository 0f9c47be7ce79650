// The SANDBOX SECTION of the configuration file.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

void read_sandbox(section from, const host::environment& variables, proto::sandbox_config& out);

/// Puts the home folder in the place of "~"; a path that is not absolute then is a failure.
void make_absolute(section& from, std::string_view key, const host::environment& variables,
                   std::vector<std::string>& paths);

} // namespace kodad::storage
