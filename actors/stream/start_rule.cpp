#include "actors/stream/start_rule.hpp"

namespace kodad::actors {

stream_start where_to_start(const start_facts& facts) {
  if (facts.after && *facts.after > facts.last_event_id)
    return {facts.last_event_id, true};
  if (facts.after)
    return {*facts.after, false};
  if (facts.last_turn_first_event > 0 && !facts.last_turn_carried)
    return {facts.last_turn_first_event - 1, false};
  return {facts.last_event_id, false};
}

} // namespace kodad::actors
