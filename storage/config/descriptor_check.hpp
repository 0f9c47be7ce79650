// DESCRIPTOR CHECK: can the process have the descriptors that the configuration asks for? What
// cannot be had is better told at the start, by its key, than by calls that fail under load.
#pragma once

#include "proto/config.hpp"
#include "storage/config/findings.hpp"

#include <cstddef>

namespace kodad::storage {

/// Tells `into` of each provider's `max_concurrent` beyond the default that leaves too few
/// descriptors to the rest of the process.
/// @param allowed How many descriptors the process may have.
void check_descriptors(const proto::config& config, size_t allowed, findings& into);

} // namespace kodad::storage
