// MODELS of the configuration that are known not to exist: those of a provider that nobody need
// ask for its list. Whether others exist only their providers can tell.
#pragma once

#include "storage/config/config_loader.hpp"

namespace kodad::http {

/// Fails with the place in the file and the nearest name for `default_model`, `utility_model` and
/// `fallback_models`, in this order.
proto::result<void> check_models(const storage::loaded_config& loaded);

} // namespace kodad::http
