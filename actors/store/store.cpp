#include "actors/store/store.hpp"

#include "actors/error.hpp"
#include "proto/limits.hpp"

namespace kodad::actors {

void store_state::add(storage::write_batch writes,
                      caf::typed_response_promise<acknowledged> promise) {
  batches.push_back(std::move(writes));
  promises.push_back(std::move(promise));
  // The tick stands behind all that is in the mailbox already: those writes share the commit.
  if (batches.size() == 1)
    self->send(self, caf::tick_atom_v);
  else if (batches.size() >= proto::limits::commit_writes_max)
    commit();
}

void store_state::commit() {
  if (batches.empty())
    return;
  auto outcomes = database->commit(batches);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i])
      promises[i].deliver(acknowledged{});
    else
      promises[i].deliver(to_caf(outcomes[i].failure()));
  }
  batches.clear();
  promises.clear();
}

store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self,
                                 storage::database* database) {
  self->state.database = database;
  return {
      [self](keep& what) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.add(std::move(what.writes), promise);
        return promise;
      },
      [self](caf::tick_atom) { self->state.commit(); },
  };
}

} // namespace kodad::actors
