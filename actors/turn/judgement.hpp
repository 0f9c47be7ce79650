// JUDGEMENT: may this tool call run? Joins what the agent may use, what the rules say, and which
// tool the model means and whether the arguments are readable at all, into the verdict the turn
// machine asks for. Pure.
#pragma once

#include "actors/turn/turn_machine.hpp"
#include "proto/agent.hpp"
#include "proto/session.hpp"

namespace kodad::actors {

/// Who asks, and by which rules.
struct judgement_rules {
  const proto::agent& who;
  const proto::permission_set& user;               ///< The configuration's rules.
  const std::vector<proto::granted_rule>& granted; ///< By "always", in this session.
  const std::vector<proto::tool_spec>& tools;      ///< Those the agent has.
  std::string_view workspace;                      ///< Absolute; rules are relative to it.
};

/// @param name As the model wrote it.
verdict judge_tool_call(const judgement_rules& by, const std::string& name,
                        const std::string& input);

/// The tools among `all` that the agent may use, in their order.
std::vector<proto::tool_spec> tools_of(const proto::agent& who,
                                       const std::vector<proto::tool_spec>& all);

} // namespace kodad::actors
