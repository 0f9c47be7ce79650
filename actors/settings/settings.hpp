// The SETTINGS actor. Interface: actors/interfaces.hpp. The only one that changes the settings, so
// that two changes of one key have an order; readers look into the database themselves.
#pragma once

#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

settings_actor::behavior_type settings(settings_actor::pointer self, store_actor store);

} // namespace kodad::actors
