// The PROVIDER actor. Interface: actors/interfaces.hpp. Owns the admission of calls to one
// configured provider, for all sessions together; each admitted call is an actor of its own
// (provider_call). It retries nothing and knows no wire format. On exit all calls end as cancelled.
#pragma once

#include "actors/provider/call_desk.hpp"
#include "actors/provider/provider_wire.hpp"
#include "proto/limits/streams.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

/// Where the models of a provider come from.
enum class discovery : uint8_t {
  none,  ///< The configuration names them all.
  asked, ///< The provider is asked; configured ones are added or override.
};

struct provider_options {
  std::string name; ///< For display.
  std::vector<proto::model> models;
  discovery models_from = discovery::asked;
  desk_bounds bounds{proto::limits::provider_streams, proto::limits::calls_waiting,
                     proto::limits::provider_first_burst};
};

struct provider_state {
  explicit provider_state(provider_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "provider";

  caf::result<proto::model_list> list_models();

  provider_actor::pointer self;
  std::shared_ptr<const provider_wire> wire;
  provider_options options;
  call_desk desk;
};

/// @param wire Endpoint, format and HTTP client; shared with the calls.
provider_actor::behavior_type provider(provider_actor::stateful_pointer<provider_state> self,
                                       std::shared_ptr<const provider_wire> wire,
                                       provider_options options);

} // namespace kodad::actors
