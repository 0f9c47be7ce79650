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

std::vector<shared_frame> announced(std::vector<shared_frame> page, uint64_t last) {
  while (!page.empty() && page.back()->id > last)
    page.pop_back();
  return page;
}

} // namespace kodad::actors
