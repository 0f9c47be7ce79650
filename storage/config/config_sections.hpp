// CONFIG SECTIONS: the keys of the configuration file, section by section.
#pragma once

#include "proto/config.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

/// Reads the whole file into `out`; what is wrong goes to the section's findings.
void read_all(section& all, const host::environment& variables, proto::config& out);

} // namespace kodad::storage
