#include "http/gateway/connection.hpp"

namespace kodad::http {

namespace {

// The top bit of an epoll mark tells streams from connections.
constexpr uint32_t generation_mask = 0x7fffffff;

uint32_t slot_of(uint64_t id) {
  return static_cast<uint32_t>(id);
}

} // namespace

connection& connection_table::add(descriptor socket, instant now) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  uint32_t place = free_.back();
  free_.pop_back();
  auto& at = slots_[place];
  at.generation = (at.generation + 1) & generation_mask;
  at.held = std::make_unique<connection>();
  at.held->id = (uint64_t{at.generation} << 32) | place;
  at.held->socket = std::move(socket);
  enter(*at.held, connection::phase::idle, now);
  ++size_;
  return *at.held;
}

connection* connection_table::find(uint64_t id) {
  if (slot_of(id) >= slots_.size())
    return nullptr;
  auto* held = slots_[slot_of(id)].held.get();
  return held != nullptr && held->id == id ? held : nullptr;
}

void connection_table::remove(connection& gone) {
  leave_line(gone);
  uint32_t place = slot_of(gone.id);
  slots_[place].held.reset();
  free_.push_back(place);
  --size_;
}

void connection_table::enter(connection& c, connection::phase next, instant now) {
  leave_line(c);
  c.now = next;
  c.since = now;
  auto& at = line_of(next);
  c.older = at.youngest;
  (c.older != nullptr ? c.older->younger : at.oldest) = &c;
  at.youngest = &c;
  ++at.size;
}

void connection_table::leave_line(connection& c) {
  auto& at = line_of(c.now);
  if (c.older == nullptr && at.oldest != &c)
    return; // Just made: it stands in none yet.
  (c.older != nullptr ? c.older->younger : at.oldest) = c.younger;
  (c.younger != nullptr ? c.younger->older : at.youngest) = c.older;
  c.older = c.younger = nullptr;
  --at.size;
}

} // namespace kodad::http
