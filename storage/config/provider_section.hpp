// The PROVIDER SECTION of the configuration file: one entry of `providers`.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

inline constexpr const char* address_wanted =
    "expected an address that starts with http:// or https:// and names a host";

bool is_address(std::string_view text);

/// @param all What was read so far: no id may stand twice.
void read_provider(section& from, const proto::config& all, const host::environment& variables,
                   proto::provider_config& out);

} // namespace kodad::storage
