// SSE ENCODER: the text of one event for our own streams. What goes where in a frame, and which
// frames may merge, is the business of whoever keeps the stream (actors/ports.hpp, `frame`).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::proto::sse {

/// Appends "id: 7\nevent: delta\ndata: {…}\n\n". An `id` of 0 and an empty `type` are left out.
/// Line breaks in `data` begin a new data line; `type` must hold none.
void append_event(std::string& out, uint64_t id, std::string_view type, std::string_view data);

std::string encode(uint64_t id, std::string_view type, std::string_view data);

} // namespace kodad::proto::sse
