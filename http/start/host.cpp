#include "http/start/host.hpp"

#include "actors/agents/builtin.hpp"
#include "actors/tools/catalog.hpp"
#include "http/client/client.hpp"
#include "http/start/address.hpp"
#include "http/start/part_options.hpp"
#include "http/start/tools.hpp"
#include "storage/agent_store.hpp"

#include <cstdio>
#include <cstdlib>

namespace kodad::http {

using proto::result;

namespace {

[[noreturn]] void break_down(const std::string& why) {
  std::fprintf(stderr, "kodad: %s\n", why.c_str());
  std::_Exit(70); // Whatever was acknowledged is on disk; the next start goes on from there.
}

result<void> spawn_actors(host& all, std::shared_ptr<actors::stream_hub> hub) {
  const auto& config = all.settings.loaded.config;
  auto agents = actors::builtin_agents();
  auto kept = storage::agent_store::all(all.database->read());
  if (!kept)
    return kept.failure();
  agents.insert(agents.end(), kept->begin(), kept->end());
  auto options = session_options_of(all.settings);
  auto& facts = *all.facts;
  auto tools = equip_tools(config, all.processes, facts);
  if (!tools)
    return tools.failure();
  if (auto notice = sandbox_notice(facts))
    all.settings.warnings.push_back(*notice);
  facts.version = KODAD_VERSION;
  facts.default_agent = options.default_agent;
  facts.default_model = options.default_model;
  facts.workspace_roots = options.workspace_roots;
  all.root = std::make_unique<actors::root>(actors::root_parts{
      *all.database,
      std::move(hub),
      std::move(options),
      std::move(agents),
      actors::tool_specs(),
      std::move(*tools),
      provider_setups_of(config, all.client),
      {config.sim.load_tokens, config.sim.load_rate, config.sim.koda_rate},
      {config.metadata.url, config.metadata.refresh_days, all.settings.state_folder, all.client},
      break_down});
  all.desk->gateway = all.root->system().spawn(gateway_behavior, all.facts);
  all.desk->to = all.root->desk();
  all.desk->facts = all.facts;
  return {};
}

} // namespace

result<void> open_parts(host& all) {
  auto spawner = storage::host::spawner::start();
  if (!spawner)
    return spawner.failure();
  auto database = storage::database::open({all.settings.state_folder, 0});
  if (!database)
    return database.failure();
  all.database = std::move(*database);
  auto processes = storage::host::process_host::start(std::move(*spawner));
  if (!processes)
    return processes.failure();
  all.processes = std::move(*processes);
  auto client = start_client({});
  if (!client)
    return client.failure();
  all.client = std::move(*client);
  return {};
}

result<void> open_door(host& all) {
  all.gateway = std::make_unique<gateway_server>(
      gateway_options_of(all.settings), [desk = all.desk](const request& in, reply_token token) {
        dispatch(in, std::move(token), *desk);
      });
  if (auto spawned = spawn_actors(all, all.gateway->hub()); !spawned)
    return spawned;
  auto port = all.gateway->start();
  if (!port)
    return port.failure();
  all.url = url_of(all.settings.host, *port);
  return {};
}

void stop(host& all) {
  namespace limits = proto::limits;
  // The door stays open meanwhile: /health tells that we drain, and commands get 503.
  all.facts->is_draining = true;
  bool all_kept = all.root->stop(limits::drain_deadline);
  all.gateway->stop_accepting();
  all.gateway->drain(limits::drain_deadline / 5);
  all.gateway->stop();
  forget_address();
  std::_Exit(all_kept ? 0 : 1);
}

} // namespace kodad::http
