// The HEAP KEEPER actor: gives memory that has become free back to the system (one). Decides when,
// by trim_rule; the work is done by a thread that lives only for it, as it takes milliseconds and
// may wait for others. Never told of anything but sessions: it sees for itself how the process
// grows. The root stops it.
#pragma once

#include "actors/memory/trim_rule.hpp"
#include "actors/type_ids.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

using heap_keeper_actor = caf::typed_actor<
    // So many sessions have left memory.
    caf::reacts_to<caf::leave_atom, uint64_t>,
    // INTERNAL: look whether it is time; once, or again and again.
    caf::reacts_to<caf::update_atom>, caf::reacts_to<caf::tick_atom>,
    // INTERNAL: it is done.
    caf::reacts_to<caf::ok_atom>>;

/// The heap, as far as its keeper needs it: storage/host/heap.hpp.
struct heap_access {
  size_t (*held_bytes)();
  void (*give_back)(); ///< Takes milliseconds.
};

struct heap_keeper_state {
  explicit heap_keeper_state(heap_keeper_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "heap_keeper";

  void note_left(uint64_t sessions);
  void look();
  void note_done();

  heap_keeper_actor::pointer self;
  heap_access heap{};
  trim_rule rule{{}, 0};
  bool is_trimming = false;
};

heap_keeper_actor::behavior_type
heap_keeper(heap_keeper_actor::stateful_pointer<heap_keeper_state> self, heap_access heap);

} // namespace kodad::actors
