// CONFIG: what the user may configure, as values with their defaults; the YAML file is read in
// storage/config. Defaults are KodaCode's where it has the key. Everything has been checked when
// it gets here: ranges, shapes, and that ids are unique.
#pragma once

#include "proto/limits.hpp"
#include "proto/limits/sandbox.hpp"
#include "proto/model.hpp"
#include "proto/network.hpp"
#include "proto/permission.hpp"
#include "proto/provider/formats.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace kodad::proto {

struct provider_config {
  std::string id;
  std::string name; ///< For display; the id unless given.
  provider::wire_format format = provider::wire_format::openai_chat;
  std::string base_url;
  std::string api_key;       ///< Secret; empty for none.
  std::string token_url;     ///< Of GitHub Copilot: where a GitHub token buys one for the models.
  std::vector<model> models; ///< Ids are complete: "provider/name".
  size_t max_concurrent = limits::provider_streams;
  network_config network; ///< The house's unless it has its own.

  // How long a call may take, in seconds.
  double connect_timeout = std::chrono::duration<double>(limits::connect_deadline).count();
  double first_byte_timeout = std::chrono::duration<double>(limits::first_byte_deadline).count();
  double idle_timeout = std::chrono::duration<double>(limits::stream_idle_deadline).count();
  double call_timeout = std::chrono::duration<double>(limits::call_deadline).count();
};

struct session_config {
  int max_retries = limits::retries_max; ///< Of a turn; each completed step gives one back.
  int primary_max_steps = limits::steps_max;
  int subagent_max_steps = 30;
  bool resume_turns = true; ///< Go on with the turns that a stop or crash cut off.
  double budget = 0;        ///< US dollars per session; 0 is no bound.
  double budget_warn = 0.8; ///< Share of the budget at which to warn.
  size_t queue_length = limits::queue_length;
};

struct server_config {
  uint16_t port = 0; ///< 0 takes a free one.
  std::string host = "127.0.0.1";
  std::vector<std::string> hosts;   ///< Names besides ours that a Host header may carry.
  std::vector<std::string> origins; ///< Web origins that may call; none by default.
  std::vector<std::string> tokens;  ///< Secret; with any, every request needs one.
  size_t max_body_bytes = limits::body_bytes;
  size_t event_retention_turns = limits::event_retention_turns;
  size_t subscriber_buffer_bytes = limits::subscriber_buffer_bytes;
};

/// Which sandbox commands run in. A named one that cannot be had is a reason not to start.
enum class sandbox_wish : uint8_t {
  automatic, ///< "auto": bubblewrap, else Landlock, else commands are refused.
  bubblewrap,
  landlock,
  off, ///< None: commands run as the server's user. Said at every start.
};

constexpr auto words(sandbox_wish) {
  return std::array<std::string_view, 4>{"auto", "bubblewrap", "landlock", "off"};
}

/// What one command may use, with all that it starts.
struct command_limits {
  uint64_t memory = limits::command_memory_bytes;
  uint64_t processes = limits::command_processes;
  uint64_t file_size = limits::command_file_bytes;
  uint64_t disk = limits::command_disk_bytes;
  uint64_t tmp = limits::command_temporary_bytes;
  uint64_t shm = limits::command_shared_memory_bytes;
  std::chrono::seconds time = limits::bash_deadline; ///< Unless the call asks for another.
  std::chrono::seconds time_max = limits::bash_deadline_max;
};

struct sandbox_config {
  sandbox_wish mode = sandbox_wish::automatic;
  std::vector<std::string> path;          ///< Folders put before PATH; absolute.
  std::map<std::string, std::string> env; ///< Added to a command's environment.
  std::vector<std::string> read;          ///< Shown read-only; absolute.
  std::vector<std::string> write;         ///< Shown writable, for caches; absolute.
  bool network = false;                   ///< For the commands of all agents.
  std::vector<agent_id> network_agents;   ///< For those of these agents.
  command_limits limits;
};

/// What is known of models beside what providers say.
struct metadata_config {
  std::string url = "https://models.dev/api.json";  ///< Empty: never asked.
  int refresh_days = limits::metadata_refresh_days; ///< 0: at every start.
};

/// The simulated provider.
struct sim_config {
  int64_t load_tokens = 200; ///< Of one answer of sim/load.
  double load_rate = 0;      ///< Tokens per second; 0 is as fast as possible.
  double koda_rate = 200;    ///< The same for sim/koda.
};

struct config {
  std::vector<provider_config> providers;
  agent_id default_agent{"engineer"};
  model_id default_model; ///< Empty: the first configured model, else sim/koda.
  model_id utility_model; ///< Empty: the session's.
  std::vector<model_id> fallback_models;
  permission_set permission;              ///< The user's own rules.
  std::vector<std::string> allowed_paths; ///< Absolute, outside of any workspace.
  session_config session;
  server_config server;
  sandbox_config sandbox;
  sim_config sim;
  metadata_config metadata;
  network_config network;
};

} // namespace kodad::proto
