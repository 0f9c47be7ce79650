#include "actors/root/root.hpp"

#include "actors/agents/registry.hpp"
#include "actors/catalog/metadata.hpp"
#include "actors/catalog/model_catalog.hpp"
#include "actors/scheduling/scheduler.hpp"
#include "actors/session/directory.hpp"
#include "actors/settings/settings.hpp"
#include "actors/store/reader.hpp"
#include "actors/store/workspace_reader.hpp"
#include "actors/tools/output/output_reader.hpp"
#include "proto/limits/tools.hpp"
#include "storage/host/clock.hpp"
#include "storage/host/heap.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <thread>

namespace kodad::actors {

namespace {

/// Ends the process when one of those watched ends before its time.
caf::behavior watcher(caf::event_based_actor* self, std::vector<caf::strong_actor_ptr> watched,
                      std::function<void(const std::string&)> on_breakdown) {
  for (const auto& one : watched)
    self->monitor(caf::actor_cast<caf::actor_addr>(one));
  self->set_down_handler([on_breakdown](const caf::down_msg& down) {
    on_breakdown("an actor of the house ended: " + caf::to_string(down.reason));
  });
  return {[](caf::ok_atom) {}};
}

std::vector<proto::model> configured_models(const root_parts& parts) {
  auto out = sim_models();
  for (const auto& setup : parts.providers)
    out.insert(out.end(), setup.options.models.begin(), setup.options.models.end());
  return out;
}

} // namespace

root_config::root_config() {
  add_message_types<caf::id_block::kodad>();
  load<scheduler>();
  set("scheduler.max-threads",
      static_cast<size_t>(std::max(2U, std::thread::hardware_concurrency())));
}

root::root(root_parts parts) : system_(config_) {
  system_.await_actors_before_shutdown(false);
  store_ =
      system_.spawn<caf::detached>(store, &parts.database, wall_clock(storage::host::now),
                                   store_reports{parts.tell_operator, parts.writes_refused_ms});
  desk_.store = store_;
  auto losses = std::make_shared<loss_log>(parts.tell_operator);
  desk_.reader = system_.spawn(reader, &std::as_const(parts.database), losses);
  desk_.archive = system_.spawn<caf::detached>(reader, &std::as_const(parts.database), losses);
  desk_.settings = system_.spawn(settings, store_, &std::as_const(parts.database));
  desk_.outputs = caf::actor_cast<output_reader_actor>(system_.spawn<caf::detached>(
      output_reader,
      output_sources{&parts.database, storage::host::output_files(parts.tools.outputs_folder),
                     parts.options.turns_kept}));
  tools_ = system_.spawn(tool_runner, parts.tools);
  guard_ = parts.tools.guard;
  workspaces_ = caf::actor_cast<workspace_reader_actor>(
      system_.spawn(workspace_reader, proto::limits::look_deadline, parts.tell_operator));
  catalogs known{std::make_shared<const std::vector<proto::agent>>(parts.agents),
                 std::make_shared<const std::vector<proto::model>>(configured_models(parts))};
  spawn_catalogs(parts);
  auto world = std::make_shared<const session_world>(
      session_world{parts.database, std::move(parts.options), store_, desk_.archive, workspaces_,
                    caf::actor_cast<tool_runner_actor>(tools_), providers_,
                    std::move(parts.tool_specs), parts.tell_operator});
  heap_ = system_.spawn(heap_keeper,
                        heap_access{storage::host::anonymous_bytes, storage::host::trim_heap});
  desk_.directory = system_.spawn(directory, world, parts.hub, heap_, std::move(known));
  auto listener = caf::actor_cast<catalog_listener_actor>(desk_.directory);
  caf::anon_send(desk_.agents, listen_to_catalog{listener});
  caf::anon_send(desk_.models, listen_to_catalog{listener});
  watch(std::move(parts.on_breakdown));
}

void root::spawn_catalogs(root_parts& parts) {
  std::vector<catalog_entry> entries;
  auto simulated = system_.spawn(sim, parts.sim, sim_bounds);
  providers_.emplace("sim", simulated);
  entries.push_back({"sim", "Simulation", simulated, sim_models(), true});
  for (auto& setup : parts.providers) {
    auto wire = setup.wire;
    if (setup.account) {
      auto with = *wire;
      with.credentials = system_.spawn(copilot_credentials, std::move(*setup.account));
      wire = std::make_shared<const provider_wire>(std::move(with));
    }
    auto spawned = system_.spawn(provider, std::move(wire), setup.options);
    providers_.emplace(setup.id, spawned);
    entries.push_back({setup.id, setup.options.name, spawned, setup.options.models,
                       setup.options.models_from == discovery::none, setup.wire->to.base_url,
                       !setup.wire->to.api_key.empty()});
  }
  if (!parts.providers.empty())
    spawn_metadata(std::move(parts.metadata));
  std::vector<model_source> sources;
  for (const auto& entry : entries)
    sources.push_back({entry.id, static_cast<int64_t>(entry.configured.size()), entry.is_fixed});
  desk_.models = system_.spawn(model_catalog, std::move(entries), metadata_);
  if (metadata_)
    caf::anon_send(metadata_, listen_to_metadata{desk_.models});
  agent_surroundings around{{}, std::move(sources), desk_.models};
  for (const auto& tool : parts.tool_specs)
    around.tools.push_back(tool.name);
  desk_.agents = system_.spawn(agent_registry, store_, std::move(parts.agents), std::move(around));
}

void root::spawn_metadata(metadata_setup setup) {
  metadata_options options;
  options.url = std::move(setup.url);
  options.refresh_days = setup.refresh_days;
  options.client = std::move(setup.client);
  options.now = storage::host::now;
  options.open_shelf = [this, cache = storage::metadata_cache(setup.folder)] {
    return system_.spawn<caf::detached>(metadata_shelf, cache);
  };
  metadata_ = system_.spawn(metadata, std::move(options));
}

void root::watch(std::function<void(const std::string&)> on_breakdown) {
  std::vector<caf::strong_actor_ptr> watched;
  auto add = [&watched](const auto& one) {
    watched.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
  };
  add(store_);
  add(desk_.directory);
  add(desk_.reader);
  add(desk_.archive);
  add(desk_.outputs);
  add(desk_.settings);
  add(desk_.agents);
  add(desk_.models);
  if (metadata_)
    add(metadata_);
  add(tools_);
  add(workspaces_);
  add(heap_);
  watcher_ = system_.spawn(watcher, std::move(watched), std::move(on_breakdown));
}

/// A turn that goes on takes its model's prices from the list, so they had better be there.
void root::await_metadata() {
  caf::scoped_actor self{system_};
  auto ignore = [](const caf::error&) {};
  self->request(metadata_, proto::limits::metadata_patience, get_metadata{})
      .receive([](const metadata_changed&) {}, ignore);
  // The catalog heard of it before we did; once it answers, it has told the directory.
  self->request(desk_.models, proto::limits::metadata_patience, proto::list_models{})
      .receive([](const proto::model_list&) {}, ignore);
}

void root::resume() {
  if (metadata_)
    await_metadata();
  caf::anon_send(desk_.directory, caf::ok_atom_v);
}

stop_report root::stop(std::chrono::milliseconds to_keep, std::chrono::milliseconds to_look) {
  auto looks_end = std::chrono::steady_clock::now() + to_look;
  caf::scoped_actor self{system_};
  self->send_exit(watcher_, caf::exit_reason::user_shutdown);
  stop_report out;
  auto ignore = [](const caf::error&) {};
  // The runner first: no call begins while the turns end, and their end is that of their calls.
  auto commands = self->request(tools_, to_look, caf::flush_atom_v);
  self->request(desk_.directory, to_keep, caf::flush_atom_v)
      .receive([&out](acknowledged) { out.all_kept = true; }, ignore);
  commands.receive([](acknowledged) {}, ignore);
  out.all_looked_at = guard_->await_rest(looks_end);
  auto end = [&self](const auto& one) { self->send_exit(one, caf::exit_reason::user_shutdown); };
  end(desk_.directory);
  end(desk_.agents);
  end(desk_.models);
  if (metadata_)
    end(metadata_);
  end(desk_.settings);
  for (const auto& [id, one] : providers_)
    end(one);
  end(tools_);
  end(workspaces_);
  end(heap_);
  end(desk_.reader);
  end(desk_.archive);
  end(desk_.outputs);
  end(store_);
  return out;
}

} // namespace kodad::actors
