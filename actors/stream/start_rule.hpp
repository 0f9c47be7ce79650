// START RULE: where in a session's events a new stream begins, and what it may see of them. Pure.
#pragma once

#include "actors/ports.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kodad::actors {

/// What is known when a stream is opened.
struct start_facts {
  std::optional<uint64_t> after;      ///< The client's cursor.
  uint64_t last_event_id = 0;         ///< The session's last event.
  uint64_t last_turn_first_event = 0; ///< 0 when there was no turn.
  bool last_turn_carried = true;      ///< Some stream has carried its end.
};

struct stream_start {
  uint64_t after = 0;    ///< Send what follows this event.
  bool is_ahead = false; ///< The cursor lies beyond the session: send `reset`, then go live.
};

/// With a cursor: right after it. Without: at the first event of the turn that is running, or of
/// the last one when no stream has carried its end yet; otherwise at the live edge.
stream_start where_to_start(const start_facts& facts);

/// What a page of the log may show. Events that are kept but not announced yet come with their
/// announcement, and would come twice. @param last The id of the last event announced.
std::vector<shared_frame> announced(std::vector<shared_frame> page, uint64_t last);

} // namespace kodad::actors
