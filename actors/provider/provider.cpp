#include "actors/provider/provider.hpp"

#include "actors/provider/desk_ports.hpp"
#include "actors/provider/model_query.hpp"
#include "actors/provider/provider_call.hpp"

namespace kodad::actors {

caf::result<proto::model_list> provider_state::list_models() {
  if (options.models_from == discovery::none)
    return proto::model_list{merge_models({}, options.models, options.name), {}, {}};
  auto query = self->spawn(model_query, wire, options.models, options.name);
  return self->delegate(query, proto::list_models{});
}

provider_actor::behavior_type provider(provider_actor::stateful_pointer<provider_state> self,
                                       std::shared_ptr<const provider_wire> wire,
                                       provider_options options) {
  auto open = [self, wire](const start_call& call) {
    return self->spawn<caf::monitored>(provider_call, wire, call, provider_actor(self));
  };
  self->state.desk = call_desk(options.bounds, desk_ports(self, open));
  self->state.wire = std::move(wire);
  self->state.options = std::move(options);
  self->set_down_handler([self](caf::down_msg& gone) {
    // A call that quits by itself has told its end.
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
      [self](const proto::list_models&) { return self->state.list_models(); },
      [self](const proto::watch_provider&) { return traffic_of(self->state.desk); },
      [self](const call_headed& head) { self->state.desk.heard(head); },
      [self](const call_ended& call) { self->state.desk.ended(call); },
      [self](caf::tick_atom) { self->state.desk.tick(); },
  };
}

} // namespace kodad::actors
