// SIM: the built-in provider, which simulates models: no key, no network, no cost, the same answer
// every time. Interface: provider_actor in actors/interfaces.hpp. It drives the same admission as a
// real provider; what it plays is planned by the pure parts of this folder.
#pragma once

#include "actors/provider/call_desk.hpp"
#include "actors/provider/sim/sim_attempts.hpp"
#include "actors/provider/sim/sim_models.hpp"
#include "proto/limits/streams.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

struct sim_state {
  explicit sim_state(provider_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "sim";

  model_call_actor open(const start_call& call);
  void ended(const call_ended& call);

  provider_actor::pointer self;
  sim_options options;
  call_desk desk;

private:
  sim_attempts attempts_{proto::limits::sim_attempts_known};
  std::unordered_map<model_call_key, std::string> key_of_; // Of running calls.
};

/// Nothing limits a simulation but memory: every running turn may call.
inline constexpr desk_bounds sim_bounds{proto::limits::sim_streams, proto::limits::calls_waiting,
                                        proto::limits::sim_streams};

/// @param bounds Usually `sim_bounds`.
provider_actor::behavior_type sim(provider_actor::stateful_pointer<sim_state> self,
                                  sim_options options, desk_bounds bounds);

} // namespace kodad::actors
