#include "actors/memory/heap_keeper.hpp"

#include "proto/limits/memory.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace kodad::actors {

namespace limits = proto::limits;
using clock = std::chrono::steady_clock;

namespace {

/// Runs on a thread of its own and ends with its only message.
caf::behavior trimmer(caf::event_based_actor* self, const heap_keeper_actor& keeper,
                      void (*give_back)()) {
  self->send(self, caf::tick_atom_v);
  return {[self, keeper, give_back](caf::tick_atom) {
    give_back();
    caf::anon_send(keeper, caf::ok_atom_v);
    self->quit();
  }};
}

} // namespace

void heap_keeper_state::note_left(uint64_t sessions) {
  rule.note_left(sessions);
  self->delayed_send(self, limits::trim_delay, caf::update_atom_v);
}

void heap_keeper_state::look() {
  if (is_trimming || !rule.is_due(clock::now(), heap.held_bytes()))
    return;
  is_trimming = true;
  self->spawn<caf::detached>(trimmer, heap_keeper_actor(self), heap.give_back);
}

void heap_keeper_state::note_done() {
  is_trimming = false;
  rule.note_trimmed(clock::now(), heap.held_bytes());
}

heap_keeper_actor::behavior_type
heap_keeper(heap_keeper_actor::stateful_pointer<heap_keeper_state> self, heap_access heap) {
  self->state.heap = heap;
  self->state.rule = trim_rule(clock::now(), heap.held_bytes());
  self->delayed_send(self, limits::trim_check, caf::tick_atom_v);
  return {
      [self](caf::leave_atom, uint64_t sessions) { self->state.note_left(sessions); },
      [self](caf::update_atom) { self->state.look(); },
      [self](caf::tick_atom) {
        self->state.look();
        self->delayed_send(self, limits::trim_check, caf::tick_atom_v);
      },
      [self](caf::ok_atom) { self->state.note_done(); },
  };
}

} // namespace kodad::actors
