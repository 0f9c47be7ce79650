// AGENT STORE: the agents made over HTTP. Built-in ones are code, not data.
#pragma once

#include "proto/agent.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

class agent_store {
public:
  static void put(write_batch& into, const proto::agent& who);

  /// Not an error if there is none.
  static void erase(write_batch& into, const proto::agent_id& id);

  /// All of them, by id.
  static proto::result<std::vector<proto::agent>> all(const snapshot& at);
};

} // namespace kodad::storage
