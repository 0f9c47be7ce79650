// The SANDBOX SECTION of the configuration file.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

void read_sandbox(section from, const host::environment& variables, proto::sandbox_config& out);

} // namespace kodad::storage
