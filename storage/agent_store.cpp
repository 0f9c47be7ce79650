#include "storage/agent_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

void agent_store::put(write_batch& into, const proto::agent& who) {
  into.put(table::agents, name_key(who.id.text), encode(who));
}

void agent_store::erase(write_batch& into, const proto::agent_id& id) {
  into.erase(table::agents, name_key(id.text));
}

proto::result<std::vector<proto::agent>> agent_store::all(const snapshot& at) {
  return read_all<proto::agent>(at, table::agents, {"", "\xff"});
}

} // namespace kodad::storage
