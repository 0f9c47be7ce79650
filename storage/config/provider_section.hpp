// The PROVIDER SECTION of the configuration file: one entry of `providers`.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

/// @param all What was read so far: no id may stand twice.
void read_provider(section& from, const proto::config& all, const host::environment& variables,
                   proto::provider_config& out);

} // namespace kodad::storage
