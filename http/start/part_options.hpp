// PART OPTIONS: what the settings mean for each part of the host: sessions, providers, gateway.
// Translates and decides nothing but what stands in when the configuration says nothing.
#pragma once

#include "actors/root/root.hpp"
#include "http/gateway/options.hpp"
#include "http/start/settings.hpp"

namespace kodad::http {

actors::session_options session_options_of(const start_settings& settings);

/// The client for calls by those rules.
using client_source =
    std::function<std::shared_ptr<actors::http_client>(const proto::network_config&)>;

/// The configured providers, ready to be spawned, each with a client of its own rules.
std::vector<actors::provider_setup> provider_setups_of(const proto::config& config,
                                                       const client_source& clients);

gateway_options gateway_options_of(const start_settings& settings);

} // namespace kodad::http
