#include "actors/provider/desk_ports.hpp"

#include <array>

namespace kodad::actors {

proto::provider_traffic traffic_of(call_desk& desk) {
  constexpr std::array<std::string_view, 6> words{"none",   "streams", "proving",
                                                  "budget", "pause",   "pace"};
  auto now = desk.report();
  proto::provider_traffic out;
  out.running = static_cast<int64_t>(desk.running());
  out.waiting = static_cast<int64_t>(desk.waiting());
  out.held_by = words[static_cast<size_t>(now.holds)];
  out.wait_ms = now.wait_ms;
  out.requests_limit = now.told.requests.limit;
  out.requests_remaining = now.told.requests.remaining;
  out.tokens_limit = now.told.tokens.limit;
  out.tokens_remaining = now.told.tokens.remaining;
  out.pace_per_s = now.pace_per_s;
  return out;
}

} // namespace kodad::actors
