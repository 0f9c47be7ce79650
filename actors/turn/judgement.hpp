// JUDGEMENT: may this tool call run? Joins what the agent may use, what the rules say, and which
// tool the model means and whether the arguments are readable at all, into the verdict the turn
// machine asks for. Pure.
#pragma once

#include "actors/turn/turn_machine.hpp"
#include "proto/agent.hpp"
#include "proto/session.hpp"

namespace kodad::actors {

/// What the workspace's own file says in this step of the turn.
struct step_rules {
  std::shared_ptr<const proto::permission_set> rules; ///< Nothing runs while there are none.
  std::optional<proto::error> failure;                ///< Why there are none.
};

/// Who asks, and by which rules.
struct judgement_rules {
  const proto::agent& who;
  const proto::permission_set& user;               ///< The configuration's rules.
  const step_rules& project;                       ///< The workspace's own.
  const std::vector<proto::granted_rule>& granted; ///< By "always", in this session.
  const std::vector<proto::tool_spec>& tools;      ///< Those the agent has.
  std::string_view workspace;                      ///< Absolute; rules are relative to it.
};

/// @param name As the model wrote it.
verdict judge_tool_call(const judgement_rules& by, const std::string& name,
                        const std::string& input);

/// What is said of calls whose rules could not be read, with the cause.
proto::error rules_unread(const proto::error& why);

/// The tools among `all` that the agent may use, in their order.
std::vector<proto::tool_spec> tools_of(const proto::agent& who,
                                       const std::vector<proto::tool_spec>& all);

} // namespace kodad::actors
