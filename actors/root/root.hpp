// The ROOT: spawns the long-lived actors, watches them, and stops them in order. Not an actor
// itself: it is what main holds. When one of the long-lived actors dies unasked, the process ends:
// all that was acknowledged is on disk, and a fresh start is a path that is always tested.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/memory/heap_keeper.hpp"
#include "actors/provider/copilot_credentials.hpp"
#include "actors/provider/provider.hpp"
#include "actors/provider/sim/sim.hpp"
#include "actors/session/world.hpp"
#include "actors/store/store.hpp"
#include "actors/tools/tool_runner.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace kodad::actors {

/// A provider as configured.
struct provider_setup {
  std::string id;
  std::shared_ptr<const provider_wire> wire;
  provider_options options;
  std::optional<copilot_account> account; ///< Where a token has to be bought first.
};

/// Where what is known of models comes from and is kept.
struct metadata_setup {
  std::string url;
  int refresh_days = 0;
  std::string folder;
  std::shared_ptr<http_client> client;
};

/// What the house is built from.
struct root_parts {
  storage::database& database;
  std::shared_ptr<stream_hub> hub;
  session_options options;
  std::vector<proto::agent> agents; ///< Built-in and kept ones.
  std::vector<proto::tool_spec> tool_specs;
  tool_equipment tools;
  std::vector<provider_setup> providers;
  sim_options sim;
  metadata_setup metadata;
  std::function<void(const std::string&)> on_breakdown;    ///< An actor died; must not return.
  line_teller tell_operator = [](const std::string&) {};   ///< Never waits.
  std::shared_ptr<std::atomic<int64_t>> writes_refused_ms; ///< See store_reports.
};

/// How a stop went.
struct stop_report {
  bool all_kept = false;
  bool all_looked_at = false; ///< What commands left for git, see git_guard.
};

/// CAF's configuration: our message types, and the scheduling that costs nothing when idle.
class root_config : public caf::actor_system_config {
public:
  root_config();
};

class root {
public:
  explicit root(root_parts parts);

  /// Whom http/ may talk to.
  const front_desk& desk() const { return desk_; }

  caf::actor_system& system() { return system_; }

  /// Lets turns that a stop or crash cut off go on.
  void resume();

  /// Keeps what is under way, ends running commands and sees that what they left for git is put
  /// back or made inert, then ends all actors. Both have their deadline from now.
  stop_report stop(std::chrono::milliseconds to_keep, std::chrono::milliseconds to_look);

private:
  void spawn_catalogs(root_parts& parts);
  void spawn_metadata(metadata_setup setup);
  void await_metadata();
  void watch(std::function<void(const std::string&)> on_breakdown);

  root_config config_;
  caf::actor_system system_;
  front_desk desk_;
  store_actor store_;
  tool_runner_inside tools_;
  std::shared_ptr<storage::host::git_guard> guard_;
  workspace_reader_actor workspaces_;
  std::map<std::string, provider_actor> providers_;
  heap_keeper_actor heap_;
  metadata_actor metadata_; // Missing where the simulation is the only provider.
  caf::actor watcher_;
};

} // namespace kodad::actors
