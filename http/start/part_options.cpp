#include "http/start/part_options.hpp"

#include "proto/provider/copilot.hpp"
#include "storage/config/copilot_import.hpp"
#include "storage/host/environment.hpp"

namespace kodad::http {

namespace {

proto::model_id choose_model(const proto::config& config) {
  if (!config.default_model.empty())
    return config.default_model;
  for (const auto& provider : config.providers)
    if (!provider.models.empty())
      return provider.models.front().id;
  return proto::model_id{"sim/koda"};
}

/// What a provider of Copilot's buys its token with; nothing for other providers, and for a key
/// that is such a token already.
std::optional<actors::copilot_account>
copilot_account_of(const proto::provider_config& one,
                   const std::shared_ptr<actors::http_client>& client) {
  if (one.format != proto::provider::wire_format::copilot)
    return std::nullopt;
  auto key = one.api_key;
  if (key.empty())
    key = storage::imported_github_token(storage::host::own_environment()).value_or("");
  if (!actors::is_github_token(key))
    return std::nullopt;
  bool is_default = one.base_url == proto::provider::copilot_base_url;
  return actors::copilot_account{{one.id, one.base_url, key}, one.token_url, is_default, client};
}

actors::call_deadlines deadlines_of(const proto::provider_config& one) {
  auto ms = [](double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  };
  return {ms(one.connect_timeout), ms(one.first_byte_timeout), ms(one.idle_timeout),
          ms(one.call_timeout)};
}

} // namespace

actors::session_options session_options_of(const start_settings& settings) {
  const auto& config = settings.loaded.config;
  actors::session_options out;
  out.default_agent = config.default_agent;
  out.default_model = choose_model(config);
  out.workspace_roots = settings.workspaces;
  out.workspace_roots.insert(out.workspace_roots.end(), settings.allowed_paths.begin(),
                             settings.allowed_paths.end());
  out.permission = config.permission;
  out.steps_max = config.session.primary_max_steps;
  out.retries_max = config.session.max_retries;
  out.fallback_models = config.fallback_models;
  out.utility_model = config.utility_model;
  out.budget_usd = config.session.budget;
  out.budget_warn = config.session.budget_warn;
  out.queue_length = config.session.queue_length;
  out.turns_kept = config.server.event_retention_turns;
  out.resume_turns = config.session.resume_turns;
  return out;
}

std::vector<actors::provider_setup> provider_setups_of(const proto::config& config,
                                                       const client_source& clients) {
  std::vector<actors::provider_setup> out;
  for (const auto& one : config.providers) {
    auto client = clients(one.network);
    std::shared_ptr<const proto::provider::adapter> format =
        proto::provider::make_adapter(one.format);
    proto::provider::endpoint to{one.id, one.base_url, one.api_key};
    auto account = copilot_account_of(one, client);
    if (account)
      to.api_key = account->to.api_key;
    auto wire = std::make_shared<const actors::provider_wire>(
        actors::provider_wire{to, std::move(format), client, std::nullopt, deadlines_of(one)});
    actors::provider_options options;
    options.name = one.name.empty() ? one.id : one.name;
    options.models = one.models;
    options.bounds.streams_max = one.max_concurrent;
    out.push_back({one.id, std::move(wire), std::move(options), std::move(account)});
  }
  return out;
}

gateway_options gateway_options_of(const start_settings& settings) {
  const auto& server = settings.loaded.config.server;
  gateway_options out;
  out.host = settings.host;
  out.port = settings.port;
  out.door.hosts = server.hosts;
  out.door.origins = server.origins;
  out.door.tokens = server.tokens;
  out.reader.body = server.max_body_bytes;
  out.stream.buffer_bytes = server.subscriber_buffer_bytes;
  return out;
}

} // namespace kodad::http
