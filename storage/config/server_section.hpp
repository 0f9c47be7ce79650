// The SERVER SECTION of the configuration file: where kodad listens, and whom the door lets in.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

void read_server(section from, proto::server_config& out);

} // namespace kodad::storage
