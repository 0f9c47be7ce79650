// DESCRIPTOR LIMIT: how many files the process may have open.
#pragma once

#include <cstddef>

namespace kodad::storage::host {

/// The present limit of the process; SIZE_MAX when there is none.
size_t descriptors_allowed();

} // namespace kodad::storage::host
