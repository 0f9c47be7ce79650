#include "http/gateway/connection.hpp"

namespace kodad::http {

namespace {

// The top bit of an epoll mark tells streams from connections.
constexpr uint32_t generation_mask = 0x7fffffff;

uint32_t slot_of(uint64_t id) {
  return static_cast<uint32_t>(id);
}

} // namespace

connection& connection_table::add(descriptor socket) {
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
  ++size_;
  return *at.held;
}

connection* connection_table::find(uint64_t id) {
  if (slot_of(id) >= slots_.size())
    return nullptr;
  auto* held = slots_[slot_of(id)].held.get();
  return held != nullptr && held->id == id ? held : nullptr;
}

void connection_table::remove(const connection& gone) {
  uint32_t place = slot_of(gone.id);
  slots_[place].held.reset();
  free_.push_back(place);
  --size_;
}

} // namespace kodad::http
