// The event loop of the load tools: one epoll set, one thread. Whoever is ready is called by
// pointer; nothing is allocated per event. It knows no timers: callers pass the time they can wait.
#pragma once

#include "tests/load/clock.hpp"

#include <cstdint>
#include <memory>
#include <vector>

struct epoll_event;

namespace kodad::load {

class ready_handler {
public:
  /// @param events the EPOLL… bits that hold.
  virtual void on_ready(uint32_t events) = 0;

protected:
  ~ready_handler() = default;
};

class poller {
public:
  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// `whom` must outlive its registration and the call of `wait` that removes it.
  void add(int fd, uint32_t events, ready_handler& whom);
  void change(int fd, uint32_t events, ready_handler& whom);
  void remove(int fd);

  /// Waits until something is ready or `until_ns` is there, and calls all that are ready.
  void wait(int64_t until_ns);

  /// Calls `wait` until `is_true()` holds; false when `deadline_ns` came first.
  template <class Condition>
  bool run_until(int64_t deadline_ns, Condition is_true) {
    while (!is_true()) {
      if (now_ns() >= deadline_ns)
        return false;
      wait(deadline_ns);
    }
    return true;
  }

private:
  int fd_;
  std::vector<epoll_event> ready_;
};

} // namespace kodad::load
