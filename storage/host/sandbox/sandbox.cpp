#include "storage/host/sandbox/sandbox.hpp"

#include "storage/host/path.hpp"
#include "storage/host/process_meter.hpp"
#include "storage/host/sandbox/git_place.hpp"
#include "storage/host/sandbox/landlock.hpp"
#include "storage/host/sandbox/system_view.hpp"
#include "storage/host/sandbox/tool_chains.hpp"
#include "storage/host/sandbox/trial.hpp"

#include <algorithm>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

resource_limits limits_of(const proto::command_limits& given) {
  resource_limits out;
  out.file_size_bytes = given.file_size;
  out.open_files = proto::limits::command_open_files;
  out.memory_bytes = given.memory;
  out.processes = given.processes;
  out.disk_bytes = given.disk;
  return out;
}

proto::error no_sandbox(const sandbox_settings& settings) {
  return make_error(ec::sandbox_unavailable,
                    "commands are refused: no sandbox works here (" + settings.reason +
                        "). Mend that and start kodad again, or set sandbox.mode: off to run "
                        "commands with all that kodad's user may do");
}

/// Tries the sandboxes in order of preference; the reasons of those passed over add up.
void choose(sandbox_settings& out, proto::sandbox_wish wish, std::chrono::milliseconds patience,
            process_host& processes) {
  std::string reasons;
  auto pass_over = [&reasons](const std::string& what, const std::string& why) {
    reasons += (reasons.empty() ? "" : "; ") + what + ": " + why;
  };
  if (wish != proto::sandbox_wish::landlock) {
    out.mode = sandbox_mode::bubblewrap;
    auto found = find_bubblewrap();
    out.program = found.program;
    out.identity = identity_of(found.program);
    auto obstacle = found.program.empty() ? found.obstacle : try_sandbox(out, patience, processes);
    if (obstacle.empty())
      return;
    pass_over("bubblewrap", obstacle);
  }
  if (wish != proto::sandbox_wish::bubblewrap) {
    out.mode = sandbox_mode::landlock;
    auto obstacle = landlock_obstacle();
    if (obstacle.empty())
      obstacle = try_sandbox(out, patience, processes);
    if (obstacle.empty()) {
      out.reason = reasons;
      return;
    }
    pass_over("landlock", obstacle);
  }
  out.mode = sandbox_mode::unavailable;
  out.reason = reasons;
}

/// How long a trial may take on a machine where an ordinary program took `usual`: on one that is
/// busy with other things a sandbox is slow, too, and none the worse.
std::chrono::milliseconds patience_after(std::chrono::steady_clock::duration usual) {
  using std::chrono::milliseconds;
  constexpr int trial_programs = 30; // A trial starts a handful, and sets up namespaces.
  auto wanted = std::chrono::duration_cast<milliseconds>(usual) * trial_programs;
  return std::clamp<milliseconds>(wanted, proto::limits::sandbox_trial,
                                  proto::limits::sandbox_trial_max);
}

void add_variables(std::vector<std::string>& into, const std::vector<std::string>& more) {
  for (const auto& each : more) {
    auto name = each.substr(0, each.find('=') + 1);
    std::erase_if(into, [&name](const std::string& known) { return known.starts_with(name); });
    into.push_back(each);
  }
}

/// Only what exists can be shown, and nothing that stands for the system's own folders.
void add_shown(std::vector<shown_path>& into, const std::vector<std::string>& paths,
               bool writable) {
  for (const auto& path : paths)
    if (auto real = real_path(path); real && !hides_system(*real))
      into.push_back({*real, writable});
}

confinement confinement_of(const sandbox_settings& settings, const folder& workspace,
                           const command_access& access) {
  confinement out;
  out.mode = settings.mode;
  out.writable = access.writable;
  out.network = access.network;
  out.workspace = workspace.root();
  out.program = settings.program;
  out.identity = settings.identity;
  out.git_config = settings.git_config;
  out.places = access.places;
  out.shown = settings.shown;
  out.temporary_bytes = settings.limits.tmp;
  out.shared_memory_bytes = settings.limits.shm;
  return out;
}

} // namespace

proto::result<sandbox_settings> settle_sandbox(const proto::sandbox_config& wanted,
                                               process_host& processes) {
  sandbox_settings out;
  out.limits = wanted.limits;
  out.network = wanted.network;
  out.network_agents = wanted.network_agents;
  auto chains = find_tool_chains(wanted.path);
  out.environment = base_environment();
  add_variables(out.environment, chains.environment);
  for (const auto& [name, value] : wanted.env)
    add_variables(out.environment, {name + "=" + value});
  add_shown(out.shown, chains.shown, false);
  add_shown(out.shown, wanted.path, false);
  add_shown(out.shown, wanted.read, false);
  add_shown(out.shown, wanted.write, true);
  auto began = std::chrono::steady_clock::now();
  out.git_config = git_config_for_commands(processes);
  auto patience = patience_after(std::chrono::steady_clock::now() - began);
  if (wanted.mode == proto::sandbox_wish::off) {
    out.mode = sandbox_mode::off;
    out.reason = "switched off by the configuration (sandbox.mode: off)";
    return out;
  }
  choose(out, wanted.mode, patience, processes);
  if (out.mode == sandbox_mode::unavailable && wanted.mode != proto::sandbox_wish::automatic)
    return make_error(
        ec::sandbox_unavailable,
        "sandbox.mode: " + std::string(words(wanted.mode)[static_cast<size_t>(wanted.mode)]) +
            " cannot be had here (" + out.reason +
            "); auto takes what works, off runs commands without a sandbox");
  return out;
}

proto::result<child_spec> confine(child_spec spec, const sandbox_settings& settings,
                                  const folder& workspace, const command_access& access) {
  if (settings.mode == sandbox_mode::unavailable)
    return no_sandbox(settings);
  spec.limits = limits_of(settings.limits);
  spec.environment = settings.environment;
  if (settings.mode == sandbox_mode::off)
    return spec;
  if (hides_system(workspace.root()))
    return make_error(ec::workspace_not_allowed,
                      "the sandbox cannot have " + workspace.root() + " as a workspace");
  auto inside = workspace.relative_path(spec.cwd);
  if (!inside)
    return inside.failure();
  auto made = confinement_of(settings, workspace, access);
  made.folder = *inside;
  for (auto& each : git_folders_of(workspace)) {
    // Landlock cannot keep a part of what it allows from being written.
    each.writable = each.writable && access.writable && settings.mode == sandbox_mode::bubblewrap;
    made.shown.push_back(std::move(each));
  }
  if (settings.mode == sandbox_mode::bubblewrap)
    add_variables(spec.environment, {std::string("HOME=") + sandbox_home, "TMPDIR=/tmp"});
  auto held = workspace.held();
  if (!held)
    return held.failure();
  // A disk that has to be asked over a network may never answer; those are not watched.
  if (!is_local_disk(**held))
    spec.limits.disk_bytes = 0;
  spec.workspace = std::move(*held);
  spec.confined = std::move(made);
  return spec;
}

} // namespace kodad::storage::host
