// ACTOR OUTLET: the way from the threads of a work pool to the actor that gave them work. They may
// hang and outlive it: it closes the outlet at its end, and what they send later is dropped.
#pragma once

#include <caf/send.hpp>

#include <mutex>
#include <utility>

namespace kodad::actors {

template <class Handle>
class actor_outlet {
public:
  explicit actor_outlet(Handle to) : to_(std::move(to)) {}

  /// From any thread.
  template <class Message>
  void send(Message message) {
    std::lock_guard lock(mutex_);
    if (to_)
      caf::anon_send(to_, std::move(message));
  }

  void close() {
    std::lock_guard lock(mutex_);
    to_ = nullptr;
  }

private:
  std::mutex mutex_;
  Handle to_;
};

} // namespace kodad::actors
