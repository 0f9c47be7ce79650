// The WORLD of a session: the actors, catalogs and options that all sessions share, as one
// immutable value that the root makes before the first session lives.
#pragma once

#include "actors/interfaces.hpp"
#include "proto/limits.hpp"
#include "proto/permission.hpp"
#include "storage/database.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kodad::actors {

/// What the configuration says about sessions and turns.
struct session_options {
  proto::agent_id default_agent{"engineer"};
  proto::model_id default_model{"sim/koda"};
  std::vector<std::string> workspace_roots; ///< Canonical; the first is the default.
  proto::permission_set permission;         ///< The user's own rules.
  int steps_max = proto::limits::steps_max;
  int retries_max = proto::limits::retries_max;
  std::vector<proto::model_id> fallback_models; ///< For turns whose model fails for good.
  proto::model_id utility_model;                ///< Names sessions; empty: nobody is asked.
  double budget_usd = 0;                        ///< Of a session without its own; 0 is no bound.
  double budget_warn = 0.8;                     ///< Share of the budget at which to warn.
  size_t queue_length = proto::limits::queue_length;
  size_t turns_kept = proto::limits::event_retention_turns;
  bool resume_turns = true;
  std::string sandbox; ///< The word of the one in force.
};

struct session_world {
  const storage::database& database; ///< Outlives all actors.
  session_options options;
  store_actor store;
  reader_actor archive;
  workspace_reader_actor workspaces;
  tool_runner_actor tools;
  std::map<std::string, provider_actor> providers;       ///< By provider id.
  std::vector<proto::tool_spec> tool_specs;              ///< Sorted by name.
  std::function<void(const std::string&)> tell_operator; ///< One line. Never waits.
};

using shared_world = std::shared_ptr<const session_world>;

/// Agents and models as a session last heard of them.
struct catalogs {
  std::shared_ptr<const std::vector<proto::agent>> agents;
  std::shared_ptr<const std::vector<proto::model>> models;

  const proto::agent* find(const proto::agent_id& id) const;
  const proto::model* find(const proto::model_id& id) const;

  /// `unknown_agent` or `unknown_model` of one that a request names and that is not there, with
  /// those that are. Nothing where all is well.
  std::optional<proto::error> refuse(const std::optional<proto::agent_id>& agent,
                                     const std::optional<proto::model_id>& model) const;
};

} // namespace kodad::actors
