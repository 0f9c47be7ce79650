// PART OPTIONS: what the settings mean for each part of the host: sessions, providers, gateway.
// Translates and decides nothing but what stands in when the configuration says nothing.
#pragma once

#include "actors/root/root.hpp"
#include "http/gateway/options.hpp"
#include "http/start/settings.hpp"

namespace kodad::http {

actors::session_options session_options_of(const start_settings& settings);

/// The configured providers, ready to be spawned; all talk through `client`.
std::vector<actors::provider_setup>
provider_setups_of(const proto::config& config, const std::shared_ptr<actors::http_client>& client);

gateway_options gateway_options_of(const start_settings& settings);

} // namespace kodad::http
