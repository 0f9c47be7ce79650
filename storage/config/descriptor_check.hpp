// DESCRIPTOR CHECK: can the process have the descriptors that the configuration asks for? What
// cannot be had is better told at the start, by its key, than by calls that fail under load.
#pragma once

#include "storage/config/config_loader.hpp"

#include <cstddef>

namespace kodad::storage {

/// Fails with `invalid_value` for a provider's `max_concurrent` beyond the default that leaves too
/// few descriptors to the rest of the process.
/// @param allowed How many descriptors the process may have.
proto::result<void> check_descriptors(const loaded_config& all, size_t allowed);

} // namespace kodad::storage
