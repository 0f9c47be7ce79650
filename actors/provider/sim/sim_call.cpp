#include "actors/provider/sim/sim_call.hpp"

#include "actors/provider/call_desk.hpp"

namespace kodad::actors {

void sim_call_state::open() {
  if (over_)
    return;
  plan_ = plan_call(*call.request, options, attempt);
  wait_for_beat();
}

void sim_call_state::play_beat() {
  if (over_)
    return;
  auto& beat = plan_.beats[next_beat_++];
  if (!beat.chunks.empty())
    self->send(call.listener, call_chunks{call.call, std::move(beat.chunks)});
  wait_for_beat();
}

void sim_call_state::wait_for_beat() {
  if (next_beat_ == plan_.beats.size())
    return conclude(std::move(plan_.failure));
  auto wait = plan_.beats[next_beat_].wait;
  if (wait.count() > 0)
    self->delayed_send(self, wait, caf::tick_atom_v);
  else
    self->send(self, caf::tick_atom_v);
}

void sim_call_state::cancel() {
  if (!over_)
    conclude(cancelled_failure());
}

void sim_call_state::conclude(std::optional<proto::provider::call_failure> failure) {
  over_ = true;
  self->send(call.listener, call_ended{call.call, failure});
  self->send(owner, call_ended{call.call, std::move(failure)});
  self->quit();
}

model_call_actor::behavior_type sim_call(model_call_actor::stateful_pointer<sim_call_state> self,
                                         sim_cue cue, provider_actor owner) {
  self->state.call = std::move(cue.call);
  self->state.options = cue.options;
  self->state.attempt = cue.attempt;
  self->state.owner = std::move(owner);
  self->set_down_handler([self](caf::down_msg&) { self->state.cancel(); });
  self->monitor(self->state.call.listener);
  self->send(self, caf::update_atom_v);
  return {
      [self](caf::update_atom) { self->state.open(); },
      [self](caf::tick_atom) { self->state.play_beat(); },
      [self](caf::close_atom) { self->state.cancel(); },
  };
}

} // namespace kodad::actors
