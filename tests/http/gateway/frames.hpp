// FRAMES as the fan-out makes them, for the tests of the streams.
#pragma once

#include "actors/ports.hpp"

#include <memory>
#include <string>

namespace kodad::http {

/// "id: 7\nevent: delta\ndata: {"content":"hi"}\n\n", mergeable.
inline actors::shared_frame delta(uint64_t id, const std::string& content, uint32_t turn = 1,
                                  const std::string& event = "delta") {
  auto made = std::make_shared<actors::frame>();
  made->id = id;
  made->turn = turn;
  made->text = "id: " + std::to_string(id) + "\n";
  made->event_begin = static_cast<uint32_t>(made->text.size());
  made->text += "event: " + event + "\ndata: {\"content\":\"";
  made->content_begin = static_cast<uint32_t>(made->text.size());
  made->text += content;
  made->content_end = static_cast<uint32_t>(made->text.size());
  made->text += "\"}\n\n";
  return made;
}

/// The `done` of a turn.
inline actors::shared_frame terminal(uint64_t id, uint32_t turn = 1) {
  auto made = std::make_shared<actors::frame>();
  made->id = id;
  made->turn = turn;
  made->ends_turn = true;
  made->text = "id: " + std::to_string(id) + "\nevent: done\ndata: {}\n\n";
  made->event_begin = static_cast<uint32_t>(made->text.find("event:"));
  return made;
}

} // namespace kodad::http
