#include "http/start/host.hpp"

#include "actors/tools/catalog.hpp"
#include "http/client/client.hpp"
#include "http/report.hpp"
#include "http/start/agents.hpp"
#include "http/start/exit.hpp"
#include "http/start/listener.hpp"
#include "http/start/part_options.hpp"
#include "http/start/process.hpp"
#include "http/start/tools.hpp"
#include "proto/limits/start.hpp"
#include "storage/crash_trace.hpp"
#include "storage/host/durable_file.hpp"

#include <algorithm>

namespace kodad::http {

namespace limits = proto::limits;
using proto::result;

namespace {

/// @pre There is a client for those rules.
std::shared_ptr<actors::http_client> client_of(const host& all, const proto::network_config& by) {
  for (const auto& [rules, client] : all.clients)
    if (rules == by)
      return client;
  return all.clients.front().second;
}

result<void> spawn_actors(host& all, std::shared_ptr<actors::stream_hub> hub) {
  const auto& config = all.settings.loaded.config;
  auto agents = load_agents(all.settings.loaded, all.database.get());
  if (!agents)
    return agents.failure();
  for (auto& line : unknown_agents(all.settings.loaded, *agents))
    all.settings.warnings.push_back(std::move(line));
  auto options = session_options_of(all.settings);
  auto& facts = *all.facts;
  auto tools = equip_tools(config, all.settings.state_folder, all.processes, facts);
  if (!tools)
    return tools.failure();
  options.sandbox = facts.sandbox;
  if (auto notice = sandbox_notice(facts))
    all.settings.warnings.push_back(*notice);
  facts.version = KODAD_VERSION;
  facts.has_tools = all.processes->is_ready();
  facts.default_agent = options.default_agent;
  facts.default_model = options.default_model;
  facts.workspace_roots = options.workspace_roots;
  auto tell_operator =
      [log = std::make_shared<operator_log>("lines were left out", all.settings.state_folder)](
          const std::string& line) { log->add(line); };
  all.root = std::make_unique<actors::root>(actors::root_parts{
      *all.database,
      std::move(hub),
      std::move(options),
      std::move(*agents),
      actors::tool_specs(),
      std::move(*tools),
      provider_setups_of(config,
                         [&all](const proto::network_config& by) { return client_of(all, by); }),
      {config.sim.load_tokens, config.sim.load_rate, config.sim.koda_rate},
      {config.metadata.url, config.metadata.refresh_days, all.settings.state_folder,
       all.clients.front().second},
      [](const std::string& why) { break_down(why); },
      std::move(tell_operator),
      facts.writes_refused_ms});
  all.desk->gateway = all.root->system().spawn(gateway_behavior, all.facts);
  all.desk->urgent = all.root->system().spawn(gateway_behavior, all.facts);
  all.desk->to = all.root->desk();
  all.desk->facts = all.facts;
  return {};
}

/// One more thread for each set of rules that some provider has of its own.
result<void> start_clients(host& all) {
  const auto& config = all.settings.loaded.config;
  std::vector<proto::network_config> rules{config.network};
  for (const auto& provider : config.providers)
    if (std::ranges::find(rules, provider.network) == rules.end())
      rules.push_back(provider.network);
  for (auto& each : rules) {
    auto client = start_client(each);
    if (!client)
      return client.failure();
    all.clients.emplace_back(std::move(each), std::move(*client));
  }
  return {};
}

} // namespace

result<void> open_address(host& all) {
  const auto& config = all.settings.loaded.config;
  auto listener = open_listener(
      {all.settings.host, all.settings.port, !config.server.tokens.empty()}, limits::name_deadline);
  if (!listener) {
    auto why = listener.failure();
    const auto& place = why.field == "host" ? all.settings.host_place : all.settings.port_place;
    why.context = place + why.context;
    return why;
  }
  all.listener = std::move(*listener);
  all.url = url_of(all.settings.host, bound_port(all.listener));
  return {};
}

result<void> open_parts(host& all) {
  // Threads are counted before the state exists: those that fail later would leave one behind.
  auto own_clients = all.settings.loaded.config.providers.size(); // At most.
  if (auto enough = rehearse_threads(threads_needed() + own_clients); !enough)
    return enough;
  auto processes = storage::host::process_host::start(storage::host::spawner::start,
                                                      [](const std::string& line) { tell(line); });
  if (!processes)
    return processes.failure();
  all.processes = std::move(*processes);
  if (auto clients = start_clients(all); !clients)
    return clients;
  // A state that is yet to be made knows the built-in agents only; one that is not good for the
  // configuration is then never made.
  if (!storage::host::file_exists(all.settings.state_folder + "/data.mdb"))
    if (auto known = load_agents(all.settings.loaded, nullptr); !known)
      return known.failure();
  auto database = storage::database::open({all.settings.state_folder, 0});
  if (!database)
    return database.failure();
  all.database = std::move(*database);
  if (const auto& notice = all.database->notice(); !notice.empty())
    all.settings.warnings.push_back(notice);
  if (auto settled = storage::settle_event_ids(*all.database); !settled)
    all.settings.warnings.push_back("event numbers of turns that were cut off are behind: " +
                                    settled.failure().context);
  return {};
}

result<void> open_door(host& all) {
  auto options = gateway_options_of(all.settings);
  options.failures = std::make_shared<operator_log>("requests failed", all.settings.state_folder);
  options.is_stopping = {all.facts, &all.facts->is_draining};
  all.gateway = std::make_unique<gateway_server>(
      std::move(options), [desk = all.desk](const request& in, reply_token token) {
        dispatch(in, std::move(token), *desk);
      });
  all.facts->connections = all.gateway->connections_max();
  if (auto spawned = spawn_actors(all, all.gateway->hub()); !spawned)
    return spawned;
  // Before anybody can ask for more: until then a stop cuts off nothing that was promised.
  all.root->resume();
  auto port = all.gateway->start(std::move(all.listener));
  return port ? result<void>() : port.failure();
}

void stop(host& all, address_file& address) {
  // While the port is ours: see address_file.
  address.remove();
  // The door stays open meanwhile: /health tells that we drain, and commands get 503.
  all.facts->is_draining = true;
  auto end = all.root->stop(limits::drain_deadline, limits::looks_deadline);
  all.gateway->stop_accepting();
  all.gateway->drain(limits::close_deadline);
  all.gateway->stop();
  if (!end.all_looked_at)
    tell("what commands left for git could not all be looked at in time; the next start does it "
         "before anything else: until then run no git in their workspaces");
  if (end.all_kept)
    leave(end.all_looked_at ? exit_code::stopped : exit_code::not_all_kept);
  leave(exit_code::not_all_kept, "not all could be kept in time");
}

} // namespace kodad::http
