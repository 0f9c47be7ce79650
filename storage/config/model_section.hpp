// The MODEL SECTION of the configuration file: one entry of a provider's `models`.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

#include <optional>

namespace kodad::storage {

/// @param owner Its models are those read so far: no id may stand twice.
void read_model(section& from, const proto::provider_config& owner, proto::model& out);

/// Left as it is where the key is missing.
void read_token_count(section& from, std::string_view key, std::optional<int64_t>& out);

} // namespace kodad::storage
