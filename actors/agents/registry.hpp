// The AGENT REGISTRY actor. Interface: actors/interfaces.hpp. Owns the agents: the built-in ones
// and those made over HTTP, which are durable. Listeners hear of a change after its commit and
// before the client that made it gets its answer, so that the client's next request finds it in
// force. What an agent names and nobody has is refused (agent_check.hpp).
#pragma once

#include "actors/agents/agent_check.hpp"
#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace kodad::actors {

/// What agents may name.
struct agent_surroundings {
  std::vector<std::string> tools;
  std::vector<model_source> sources;
  model_catalog_actor models;
};

struct agent_registry_state {
  using agent_promise = caf::typed_response_promise<proto::agent>;

  explicit agent_registry_state(agent_registry_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "agent_registry";

  const proto::agent* find(const proto::agent_id& id) const;
  proto::result<proto::agent> get(const proto::agent_id& id) const;
  std::optional<proto::error> refuse_change(const proto::agent_id& id) const;
  void create(proto::agent wish, agent_promise promise);
  void make(proto::agent wish, agent_promise promise);
  void replace(proto::agent wish, agent_promise promise);

  /// Calls `then` if the agent's model is there; refuses it otherwise.
  void check_model_first(const proto::agent& wish, agent_promise promise,
                         std::function<void()> then);
  void judge_model(const std::string& wish, std::vector<proto::model> models, agent_promise promise,
                   std::function<void()> then);
  void keep_one(proto::agent wish, agent_promise promise);
  void remove(const proto::agent_id& id, caf::typed_response_promise<acknowledged> promise);
  void become_known(std::vector<proto::agent> all);

  agent_registry_actor::pointer self;
  store_actor store;
  agent_surroundings around;
  std::shared_ptr<const std::vector<proto::agent>> agents; ///< Sorted by id.
  std::vector<catalog_listener_actor> listeners;

private:
  std::set<std::string> being_made_; // Ids on their way to the disk.
};

/// @param agents All agents known at the start, built-in ones included.
agent_registry_actor::behavior_type
agent_registry(agent_registry_actor::stateful_pointer<agent_registry_state> self, store_actor store,
               std::vector<proto::agent> agents, agent_surroundings around);

} // namespace kodad::actors
