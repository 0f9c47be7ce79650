// YAML CHECK: what can be wrong with the text of a configuration as a whole, before anybody asks
// for its keys: bytes that are no text, a key that stands twice (yaml-cpp takes either of them), a
// second document (it would be passed over). Only storage/config includes this.
#pragma once

#include "storage/config/findings.hpp"

#include <string_view>

namespace kodad::storage {

/// Tells `into`. False for what is no text, or no YAML: there is nothing to be parsed then. Of what
/// yaml-cpp itself refuses only the first can be told: it reads no further.
bool check_yaml(std::string_view text, findings& into);

} // namespace kodad::storage
