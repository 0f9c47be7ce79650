// VENDOR CHECK: does what a provider's entry says fit what is known of vendors: ids, addresses,
// formats? Most of it is doubtful rather than wrong: anybody may have a gateway.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

/// The known id that somebody may have meant by one that is not; empty for none.
std::string meant_vendor(std::string_view id);

/// "anthropic, cerebras … or xai"
std::string known_vendors();

/// Does the vendor answer there, by its own usual address?
bool is_at_vendor(const proto::provider_config& all);

/// Tells what is odd about an address that can be called.
void judge_address(section& from, const proto::provider_config& all);

/// Tells of a `type` that the usual address does not speak.
void judge_format(section& from, const proto::provider_config& all);

} // namespace kodad::storage
