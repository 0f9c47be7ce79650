// DESK PORTS: how a provider actor, real or simulated, lends its clock and mailbox to its call
// desk, and what the desk's state looks like to clients.
#pragma once

#include "actors/provider/call_desk.hpp"
#include "proto/command.hpp"

#include <caf/actor_clock.hpp>

namespace kodad::actors {

/// @param self The provider actor, which outlives its desk.
/// @param open Spawns the actor of a call, monitored.
template <class Self, class Open>
call_desk::ports desk_ports(Self self, Open open) {
  auto now = [self] {
    auto since = self->clock().now().time_since_epoch();
    return int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  };
  auto wake_in = [self](int64_t ms) {
    self->delayed_send(self, std::chrono::milliseconds(ms), caf::tick_atom_v);
  };
  return {std::move(open), now, wake_in};
}

proto::provider_traffic traffic_of(call_desk& desk);

} // namespace kodad::actors
