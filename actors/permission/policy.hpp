// POLICY: what the rules say about a tool call. Pure. Within one set of rules the last that matches
// wins. Between sets deny beats ask beats allow, with one exception: where the user's configuration
// has a rule that matches, the rules that a built-in agent brings along do not count, so that the
// user can tighten as well as loosen what comes with the program. A project's own rules only
// tighten: where its last one that matches allows, it has no opinion. Where no rule matches,
// reading is allowed and all else is asked. What the user granted turns ask into allow, never deny.
//
// A bash command is judged by its parts (command_line.hpp): every simple command must be allowed. A
// pattern other than "*" allows nothing in a line that is not fully understood, while deny and ask
// are held against whatever such a line might run. Consent only: the boundary is the sandbox.
#pragma once

#include "proto/agent.hpp"
#include "proto/permission.hpp"
#include "proto/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

enum class rule_origin : uint8_t {
  builtin_agent, ///< Comes with the program; yields to `user`.
  agent,         ///< An agent of the user's or of the project.
  user,          ///< The configuration file.
  project,       ///< The workspace's own file; allows nothing.
};

/// One set of rules. The set must outlive the call.
struct rule_layer {
  const proto::permission_set* rules = nullptr;
  rule_origin from = rule_origin::agent;
};

struct decision {
  proto::action then = proto::action::ask;
  std::string pattern;                   ///< The rule that decided; empty when none matched.
  rule_origin from = rule_origin::agent; ///< Where that rule stands.

  /// What "always" would grant: exactly this subject, and nothing like it.
  std::string suggested_pattern;
};

/// @param subject What the call is about: a command line for bash, a path (relative to the
/// workspace where it lies inside) for file tools, else any text; see tools/catalog.hpp.
decision decide(const std::vector<rule_layer>& layers,
                const std::vector<proto::granted_rule>& granted, std::string_view tool,
                std::string_view subject);

/// The layers that hold for an agent under the rules of the user and of the project.
std::vector<rule_layer> layers_of(const proto::agent& who, const proto::permission_set& user,
                                  const proto::permission_set& project);

} // namespace kodad::actors
