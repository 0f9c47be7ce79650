// WITHDRAWN: a turn that was cancelled while it waited in the queue ends with an `error` event, but
// nobody waited for it who waits for the session's work to be done: another turn runs or waits. The
// event says so, by a member of its own, `"session_active": true`, and streams go by that.
#pragma once

#include "proto/event.hpp"

#include <string_view>

namespace kodad::proto {

/// As JSON has it between two members; inside of a text its quotes would be escaped.
inline constexpr std::string_view withdrawn_mark = ",\"session_active\":true}";

/// @pre A terminal event, whose data is a JSON object with members.
inline void mark_withdrawn(event& ending) {
  ending.data.pop_back();
  ending.data += withdrawn_mark;
}

/// @param text Of the event, or of the whole frame that carries it.
inline bool is_withdrawn(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  return text.ends_with(withdrawn_mark);
}

} // namespace kodad::proto
