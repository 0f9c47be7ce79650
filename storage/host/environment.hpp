// ENVIRONMENT VARIABLES, as a function so that tests can put another world in its place.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace kodad::storage::host {

/// The value of a variable; nothing when it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// That of this process. Nothing changes it after the start, so any thread may ask.
environment own_environment();

} // namespace kodad::storage::host
