// The SIM CALL: one model call of the simulated provider. Plans the call when it begins, then plays
// the plan beat by beat; between two beats it can be cancelled.
#pragma once

#include "actors/provider/model_call.hpp"
#include "actors/provider/sim/sim_models.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

struct sim_call_state {
  explicit sim_call_state(model_call_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "sim_call";

  void open();
  void play_beat();
  void cancel();

  model_call_actor::pointer self;
  start_call call;
  sim_options options;
  int64_t attempt = 1;
  provider_actor owner;

private:
  void wait_for_beat();
  void conclude(std::optional<proto::provider::call_failure> failure);

  sim_plan plan_;
  size_t next_beat_ = 0;
  bool over_ = false;
};

/// What a sim call plays.
struct sim_cue {
  start_call call;
  sim_options options;
  int64_t attempt = 1; ///< Of this very model call.
};

/// @param owner The provider, which is told of the end too.
model_call_actor::behavior_type sim_call(model_call_actor::stateful_pointer<sim_call_state> self,
                                         sim_cue cue, provider_actor owner);

} // namespace kodad::actors
