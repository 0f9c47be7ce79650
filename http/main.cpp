// MAIN PROGRAM: command line, configuration, database, actors, gateway, signal, stop. Wires the
// house and decides nothing. Everything that can be wrong at the start is told in one line.
#include "actors/agents/builtin.hpp"
#include "actors/root/root.hpp"
#include "actors/tools/catalog.hpp"
#include "http/client/client.hpp"
#include "http/gateway/gateway_server.hpp"
#include "http/gateway_actor.hpp"
#include "http/options.hpp"
#include "http/routes.hpp"
#include "proto/provider/copilot.hpp"
#include "storage/agent_store.hpp"
#include "storage/config/config_loader.hpp"
#include "storage/config/copilot_import.hpp"
#include "storage/config/locations.hpp"
#include "storage/database.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/host/path.hpp"
#include "storage/host/sandbox.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace kodad;
using proto::result;

namespace {

/// Signals are waited for, not handled: all threads inherit the mask.
sigset_t block_signals() {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGINT);
  sigaddset(&awaited, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return awaited;
}

/// As many descriptors as we may have, and no core file that would hold keys.
void set_process_limits() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

/// What was given and what was configured, joined.
struct settled {
  storage::loaded_config loaded;
  std::string host;
  uint16_t port = 0;
  std::string state_folder;
  std::vector<std::string> workspaces;
  std::vector<std::string> warnings;
};

result<settled> settle(const http::options& given) {
  auto variables = storage::host::own_environment();
  auto loaded = storage::load_config(given.config_file, variables);
  if (!loaded)
    return loaded.failure();
  settled out;
  auto host = http::choose_host(given, loaded->config);
  if (!host)
    return host.failure();
  out.host = *host;
  out.port = given.port.value_or(loaded->config.server.port);
  auto state = given.state_folder ? result<std::string>(*given.state_folder)
                                  : storage::default_state_folder(variables);
  if (!state)
    return state.failure();
  out.state_folder = *state;
  out.workspaces = given.workspaces;
  if (out.workspaces.empty()) {
    auto here = storage::host::resolve_folder(storage::host::current_folder());
    if (!here)
      return proto::make_error(proto::ec::workspace_not_allowed, "the current folder is gone");
    out.workspaces.push_back(*here);
  }
  auto checked = http::check_state_folder(given, out.state_folder, out.workspaces);
  if (!checked)
    return checked.failure();
  if (!checked->empty())
    out.warnings.push_back(*checked);
  out.loaded = std::move(*loaded);
  return out;
}

proto::model_id choose_model(const proto::config& config) {
  if (!config.default_model.empty())
    return config.default_model;
  for (const auto& provider : config.providers)
    if (!provider.models.empty())
      return provider.models.front().id;
  return proto::model_id{"sim/koda"};
}

actors::session_options session_options_of(const settled& all) {
  const auto& config = all.loaded.config;
  actors::session_options out;
  out.default_agent = config.default_agent;
  out.default_model = choose_model(config);
  out.workspace_roots = all.workspaces;
  for (const auto& path : config.allowed_paths)
    if (auto folder = storage::host::resolve_folder(path))
      out.workspace_roots.push_back(*folder);
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

std::vector<actors::provider_setup>
provider_setups(const proto::config& config, const std::shared_ptr<actors::http_client>& client) {
  std::vector<actors::provider_setup> out;
  for (const auto& one : config.providers) {
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

http::gateway_options gateway_options_of(const settled& all) {
  const auto& server = all.loaded.config.server;
  http::gateway_options out;
  out.host = all.host;
  out.port = all.port;
  out.door.hosts = server.hosts;
  out.door.origins = server.origins;
  out.door.tokens = server.tokens;
  out.reader.body = server.max_body_bytes;
  out.stream.buffer_bytes = server.subscriber_buffer_bytes;
  return out;
}

/// The parts of a running host, in the order in which they are made; they go in reverse.
struct house {
  settled chosen;
  std::unique_ptr<storage::database> database;
  std::shared_ptr<storage::host::process_host> processes;
  std::shared_ptr<actors::http_client> client;
  std::shared_ptr<http::host_facts> facts = std::make_shared<http::host_facts>();
  std::shared_ptr<http::desk> desk = std::make_shared<http::desk>();
  std::unique_ptr<http::gateway_server> gateway;
  std::unique_ptr<actors::root> root;
  std::string url;
};

[[noreturn]] void break_down(const std::string& why) {
  std::fprintf(stderr, "kodad: %s\n", why.c_str());
  std::_Exit(70); // Whatever was acknowledged is on disk; the next start goes on from there.
}

/// Opens what needs the system. @pre The process has no second thread yet.
result<void> open_parts(house& all) {
  auto spawner = storage::host::spawner::start();
  if (!spawner)
    return spawner.failure();
  auto database = storage::database::open({all.chosen.state_folder, 0});
  if (!database)
    return database.failure();
  all.database = std::move(*database);
  auto processes = storage::host::process_host::start(std::move(*spawner));
  if (!processes)
    return processes.failure();
  all.processes = std::move(*processes);
  auto client = http::start_client({});
  if (!client)
    return client.failure();
  all.client = std::move(*client);
  return {};
}

result<void> spawn_actors(house& all, std::shared_ptr<actors::stream_hub> hub) {
  const auto& config = all.chosen.loaded.config;
  auto agents = actors::builtin_agents();
  auto kept = storage::agent_store::all(all.database->read());
  if (!kept)
    return kept.failure();
  agents.insert(agents.end(), kept->begin(), kept->end());
  auto sandbox = config.sandbox == proto::sandbox_mode::off
                     ? storage::host::sandbox_state{{}, "switched off by the configuration"}
                     : storage::host::probe_sandbox(*all.processes);
  auto options = session_options_of(all.chosen);
  auto& facts = *all.facts;
  facts.version = KODAD_VERSION;
  facts.default_agent = options.default_agent;
  facts.default_model = options.default_model;
  facts.workspace_roots = options.workspace_roots;
  facts.sandbox = words(sandbox.mode)[static_cast<size_t>(sandbox.mode)];
  facts.sandbox_reason = sandbox.reason;
  for (const auto& tool : actors::tool_specs())
    facts.tools.push_back(tool.name);
  all.root = std::make_unique<actors::root>(actors::root_parts{
      *all.database,
      std::move(hub),
      std::move(options),
      std::move(agents),
      actors::tool_specs(),
      {all.processes, sandbox.mode, all.chosen.state_folder + "/outputs"},
      provider_setups(config, all.client),
      {config.sim.load_tokens, config.sim.load_rate, config.sim.koda_rate},
      {config.metadata.url, config.metadata.refresh_days, all.chosen.state_folder, all.client},
      break_down});
  all.desk->gateway = all.root->system().spawn(http::gateway_behavior, all.facts);
  all.desk->to = all.root->desk();
  all.desk->facts = all.facts;
  return {};
}

result<void> open_door(house& all) {
  all.gateway = std::make_unique<http::gateway_server>(
      gateway_options_of(all.chosen),
      [desk = all.desk](const http::request& in, http::reply_token token) {
        http::dispatch(in, std::move(token), *desk);
      });
  if (auto spawned = spawn_actors(all, all.gateway->hub()); !spawned)
    return spawned;
  auto port = all.gateway->start();
  if (!port)
    return port.failure();
  auto name = all.chosen.host.find(':') == std::string::npos ? all.chosen.host
                                                             : "[" + all.chosen.host + "]";
  all.url = "http://" + name + ":" + std::to_string(*port);
  return {};
}

/// Programs find us by this file; one that cannot be written is no reason not to run.
void tell_address(const house& all) {
  for (const auto& warning : all.chosen.loaded.warnings)
    std::fprintf(stderr, "kodad: %s\n", warning.c_str());
  for (const auto& warning : all.chosen.warnings)
    std::fprintf(stderr, "kodad: %s\n", warning.c_str());
  if (auto file = storage::url_file(storage::host::own_environment())) {
    (void)storage::host::make_folders(file->substr(0, file->rfind('/'))).ok();
    (void)storage::host::write_durably(*file, all.url + "\n").ok();
  }
  std::printf("kodad listens on %s\n", all.url.c_str());
  std::fflush(stdout);
}

/// No new work; what is under way is kept; streams end; then the process goes at once. All that
/// was acknowledged is on disk and the spawner ends every child when we are gone, so that taking
/// the house apart would only be a way to hang.
[[noreturn]] void stop(house& all) {
  namespace limits = proto::limits;
  // The door stays open meanwhile: /health tells that we drain, and commands get 503.
  all.facts->is_draining = true;
  bool all_kept = all.root->stop(limits::drain_deadline);
  all.gateway->stop_accepting();
  all.gateway->drain(limits::drain_deadline / 5);
  all.gateway->stop();
  if (auto file = storage::url_file(storage::host::own_environment()))
    storage::host::remove_file(*file);
  std::_Exit(all_kept ? 0 : 1);
}

int refuse(const proto::error& why) {
  std::fprintf(stderr, "kodad: %s\n", why.context.c_str());
  return 2;
}

} // namespace

int main(int count, char** words) {
  auto awaited = block_signals();
  auto given = http::parse_options(std::vector<std::string>(words + 1, words + count));
  if (const auto* leave = std::get_if<http::early_exit>(&given)) {
    std::fprintf(leave->code == 0 ? stdout : stderr, "%s\n", leave->text.c_str());
    return leave->code;
  }
  set_process_limits();
  auto chosen = settle(std::get<http::options>(given));
  if (!chosen)
    return refuse(chosen.failure());
  house all;
  all.chosen = std::move(*chosen);
  if (auto opened = open_parts(all); !opened)
    return refuse(opened.failure());
  if (auto opened = open_door(all); !opened)
    return refuse(opened.failure());
  all.root->resume();
  tell_address(all);
  int signal = 0;
  sigwait(&awaited, &signal);
  stop(all);
}
