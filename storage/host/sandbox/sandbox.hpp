// SANDBOX: what a tool's child may reach is drawn by the kernel, through bubblewrap or Landlock:
// its workspace, the system's programs read-only, a home and a /tmp of its own, no network, no
// capability, no other process. Nothing here depends on reading a command right. Which sandbox
// works is found out once, by trying; when none does, what needs one is refused, unless the
// configuration has switched it off. How it is drawn: confinement.hpp and what it names.
#pragma once

#include "proto/config.hpp"
#include "storage/host/child_spec.hpp"
#include "storage/host/folder.hpp"
#include "storage/host/process_host.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kodad::storage::host {

/// What holds for all commands of the host, settled at the start.
struct sandbox_settings {
  sandbox_mode mode = sandbox_mode::unavailable;
  std::string reason;                   ///< For people: why no better one; empty for bubblewrap.
  std::string program;                  ///< Bubblewrap's absolute path.
  std::string identity;                 ///< Of that file, see `identity_of`.
  std::vector<std::string> environment; ///< Of each command: "NAME=value".
  std::vector<shown_path> shown;
  std::string git_config; ///< Stands for the system's: the operator's name and address.
  proto::command_limits limits;
  bool network = false;
  std::vector<proto::agent_id> network_agents;
};

/// What one command gets.
struct command_access {
  bool writable = true; ///< May it write the workspace?
  bool network = false;
  std::vector<guarded_place> places; ///< Parents before what lies below them.
};

/// `spec` as a child in the sandbox: its `cwd` must lie in the workspace, its environment becomes
/// the settings', its limits too. With `sandbox_mode::off` it gets environment and limits, and runs
/// as it is. May wait for a disk. Fails with `sandbox_unavailable` when there is no sandbox and
/// with `workspace_not_allowed` for a workspace that would hide the system's own folders.
proto::result<child_spec> confine(child_spec spec, const sandbox_settings& settings,
                                  const folder& workspace, const command_access& access);

/// The settings for a configuration: finds out which sandbox works and what the operator has that
/// commands need. Waits for that, a few tens of milliseconds. Fails with `sandbox_unavailable` when
/// the configuration names a sandbox that cannot be had.
proto::result<sandbox_settings> settle_sandbox(const proto::sandbox_config& wanted,
                                               process_host& processes);

} // namespace kodad::storage::host
