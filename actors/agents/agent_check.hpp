// AGENT CHECK: is what somebody asks of an agent there, and within its range? What an agent names
// and nobody has would guard nothing, or fail at the first turn. Pure. Agents that are kept already
// are not checked again: tools and models come and go.
#pragma once

#include "proto/agent.hpp"
#include "proto/model.hpp"
#include "proto/provider_status.hpp"
#include "proto/result.hpp"

#include <string>
#include <vector>

namespace kodad::actors {

/// Fails with `invalid_value`, naming the field, the value, the nearest name and those there are.
/// Names of KodaCode's tools that this host does not have are taken: such an agent goes without. So
/// are those of MCP servers ("mcp_…"), which nobody can know beforehand. In `permission` a name may
/// be a pattern, if it fits some tool.
/// @param tools The host's.
proto::result<void> check_agent(const proto::agent& wish, const std::vector<std::string>& tools);

/// What `check_agent` says of the rules of an agent.
proto::result<void> check_rules(const proto::permission_set& rules,
                                const std::vector<std::string>& tools);

/// A configured provider, as far as it tells whether its list of models is known.
struct model_source {
  std::string provider_id;
  int64_t configured = 0; ///< Models known without asking.
  bool is_fixed = false;  ///< Has no others.
};

/// Fails with `unknown_model` where no provider is of that name, or where its list is known and has
/// no such model. Empty and "utility" name none.
/// @param sources All that are configured.
proto::result<void> check_model(const std::string& wish, const std::vector<proto::model>& models,
                                const std::vector<proto::provider_status>& providers,
                                const std::vector<model_source>& sources);

} // namespace kodad::actors
