// ERRORS at an actor's edge: the one pair of functions that turns proto::error into caf::error and
// back. CAF's own failures (time-outs, dead receivers) become codes of ours on the way back.
#pragma once

#include "proto/error.hpp"

#include <caf/error.hpp>

namespace kodad::actors {

caf::error to_caf(const proto::error& failure);

proto::error from_caf(const caf::error& failure);

} // namespace kodad::actors
