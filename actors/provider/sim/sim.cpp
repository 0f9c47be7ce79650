#include "actors/provider/sim/sim.hpp"

#include "actors/provider/desk_ports.hpp"
#include "actors/provider/sim/sim_call.hpp"
#include "actors/provider/sim/sim_prompt.hpp"
#include "actors/provider/sim/sim_script.hpp"

namespace kodad::actors {

namespace {

/// The same for the attempts of one model call, and for them alone. Empty where they do not count.
std::string attempt_key(const start_call& call) {
  auto prompt = read_prompt(*call.request);
  if (!find_script(prompt.text))
    return {};
  return call.session.text + "/" + std::to_string(prompt.user_number) + "/" +
         std::to_string(prompt.calls.size()) + "/" +
         std::to_string(std::hash<std::string>{}(prompt.text));
}

} // namespace

model_call_actor sim_state::open(const start_call& call) {
  auto key = attempt_key(call);
  auto attempt = key.empty() ? 1 : attempts_.count(key);
  if (!key.empty())
    key_of_.emplace(call.call, std::move(key));
  return self->spawn<caf::monitored>(sim_call, sim_cue{call, options, attempt},
                                     provider_actor(self));
}

void sim_state::ended(const call_ended& call) {
  if (auto key = key_of_.extract(call.call); !key.empty() && !call.failure)
    attempts_.forget(key.mapped());
  // A failure out of one session's script is no reason to hold the others back.
  desk.ended({call.call, std::nullopt});
}

provider_actor::behavior_type sim(provider_actor::stateful_pointer<sim_state> self,
                                  sim_options options, desk_bounds bounds) {
  self->state.options = options;
  auto open = [self](const start_call& call) { return self->state.open(call); };
  self->state.desk = call_desk(bounds, desk_ports(self, open));
  self->set_down_handler([self](caf::down_msg& gone) {
    if (gone.reason)
      self->state.desk.broke(gone);
  });
  self->set_exit_handler([self](caf::exit_msg& asked) {
    self->state.desk.close();
    self->quit(asked.reason);
  });
  return {
      [self](const start_call& call) { self->state.desk.start(call); },
      [self](const cancel_call& call) { self->state.desk.cancel(call.call); },
      [](const proto::list_models&) {
        return proto::model_list{sim_models(), {}, {}};
      },
      [self](const proto::watch_provider&) { return traffic_of(self->state.desk); },
      [self](const call_headed& head) { self->state.desk.heard(head); },
      [self](const call_ended& call) { self->state.ended(call); },
      [self](caf::tick_atom) { self->state.desk.tick(); },
  };
}

} // namespace kodad::actors
