// AGENT: who works in a session: a system prompt, the tools it may use, and how.
#pragma once

#include "proto/ids.hpp"
#include "proto/permission.hpp"
#include "proto/record.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

enum class agent_mode : uint8_t { primary, subagent };

constexpr auto words(agent_mode) {
  return std::array<std::string_view, 2>{"primary", "subagent"};
}

/// Which skills an agent may use; empty lists mean all.
struct skill_access {
  std::vector<std::string> allow;
  std::vector<std::string> deny;

  static constexpr auto fields() {
    return std::tuple(field("allow", &skill_access::allow), field("deny", &skill_access::deny));
  }
};

struct agent {
  agent_id id;
  std::string name;
  std::string description;
  agent_mode mode = agent_mode::primary;
  std::string model; ///< Empty: the session's; "utility"; or a model id.
  std::optional<double> temperature;
  std::optional<int64_t> max_tokens;
  std::vector<std::string> tools; ///< Empty: all.
  std::vector<std::string> deny_tools;
  permission_set permission;
  std::optional<int64_t> reasoning_budget; ///< Tokens; 0 turns reasoning off.
  skill_access skills;
  std::string system_prompt;
  bool builtin = false;
  std::string source = "api"; ///< "builtin", "api", or the file it was read from.

  static constexpr auto fields() {
    return std::tuple(
        field("id", &agent::id), field("name", &agent::name),
        field("description", &agent::description), field("mode", &agent::mode),
        field("model", &agent::model), field("temperature", &agent::temperature),
        field("max_tokens", &agent::max_tokens), field("tools", &agent::tools),
        field("deny_tools", &agent::deny_tools), field("permission", &agent::permission),
        field("reasoning_budget", &agent::reasoning_budget), field("skills", &agent::skills),
        field("system_prompt", &agent::system_prompt), field("builtin", &agent::builtin),
        field("source", &agent::source));
  }
};

/// Does the agent have this tool?
bool may_use(const agent& who, std::string_view tool);

} // namespace kodad::proto
