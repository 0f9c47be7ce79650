// SANDBOX: what a tool's child may reach, drawn by the kernel through bubblewrap: its workspace,
// the system's programs read-only, an empty /tmp and home, no network, no capability, none of our
// processes. Nothing here depends on reading a command right. Whether bubblewrap works is found
// out once by running it; what to do when it does not is the caller's decision.
#pragma once

#include "storage/host/process_host.hpp"

#include <array>
#include <string>
#include <vector>

namespace kodad::storage::host {

enum class sandbox_mode : uint8_t { none, bubblewrap };

constexpr auto words(sandbox_mode) {
  return std::array<std::string_view, 2>{"none", "bubblewrap"};
}

struct sandbox_state {
  sandbox_mode mode = sandbox_mode::none;
  std::string reason; ///< For people: why there is none, else empty.
};

enum class workspace_access : uint8_t { read, write };

struct sandbox_options {
  std::string workspace; ///< Absolute, without links (`folder::root()`).
  workspace_access access = workspace_access::write;
  std::vector<std::string> readable; ///< Further absolute paths shown read-only, if they exist.
};

/// Runs bubblewrap once on /usr/bin/true. Waits for it, a few milliseconds.
sandbox_state probe_sandbox(process_host& processes);

/// `spec` as a child in the sandbox. Its cwd must lie in the workspace; HOME becomes an empty
/// folder. In a writable workspace what `is_protected` names at the top stays read-only if it
/// exists, with one exception: inside `.git` only `config` and `hooks`, so that git can commit.
/// Fails with `workspace_not_allowed` for a workspace that would hide the system's own folders.
proto::result<child_spec> confine(child_spec spec, const sandbox_options& options);

} // namespace kodad::storage::host
