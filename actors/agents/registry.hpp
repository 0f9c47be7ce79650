// The AGENT REGISTRY actor. Interface: actors/interfaces.hpp. Owns the agents: the built-in ones
// and those made over HTTP, which are durable. Listeners hear of a change after its commit and
// before the client that made it gets its answer, so that the client's next request finds it in
// force.
#pragma once

#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <vector>

namespace kodad::actors {

struct agent_registry_state {
  using agent_promise = caf::typed_response_promise<proto::agent>;

  explicit agent_registry_state(agent_registry_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "agent_registry";

  const proto::agent* find(const proto::agent_id& id) const;
  proto::result<proto::agent> get(const proto::agent_id& id) const;
  std::optional<proto::error> refuse_change(const proto::agent_id& id) const;
  void create(proto::agent wish, agent_promise promise);
  void replace(proto::agent wish, agent_promise promise);
  void keep_one(proto::agent wish, agent_promise promise);
  void remove(const proto::agent_id& id, caf::typed_response_promise<acknowledged> promise);
  void become_known(std::vector<proto::agent> all);

  agent_registry_actor::pointer self;
  store_actor store;
  std::shared_ptr<const std::vector<proto::agent>> agents; ///< Sorted by id.
  std::vector<catalog_listener_actor> listeners;
};

/// @param agents All agents known at the start, built-in ones included.
agent_registry_actor::behavior_type
agent_registry(agent_registry_actor::stateful_pointer<agent_registry_state> self, store_actor store,
               std::vector<proto::agent> agents);

} // namespace kodad::actors
