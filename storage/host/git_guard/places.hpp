// PLACES: what of a baseline a sandbox with mounts should keep from changing at all.
#pragma once

#include "storage/host/git_guard/git_guard.hpp"

namespace kodad::storage::host {

/// The workspace's own repository and every other that has something of a person's in it; one
/// that would pass the judge as it is (a clone that an agent made) can still be removed.
std::vector<guarded_place> places_of(const baseline& look);

std::vector<std::string> notes_of(const baseline& look);

} // namespace kodad::storage::host
