// The PAGE LINE: answers that may be large are made a few at a time; the other requests wait as the
// few words they were asked with. A turn lasts until the reactor has the finished answer, where the
// bound on unsent answers takes over, so that both together bound the memory.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace kodad::http {

class page_line : public std::enable_shared_from_this<page_line> {
public:
  /// Whoever holds it is at it; the last copy that goes lets the next one begin.
  using turn = std::shared_ptr<const void>;
  using work = std::function<void(turn)>;

  /// @param at_once Turns at a time. @param waiting_max Who else may wait.
  page_line(size_t at_once, size_t waiting_max) : at_once_(at_once), waiting_max_(waiting_max) {}

  /// Runs `begin` when it is its turn, on this thread or on one that ends a turn; it must not wait.
  /// @return False, and nothing runs, when too many wait.
  bool enter(work begin);

private:
  turn make_turn();
  void leave();

  const size_t at_once_;
  const size_t waiting_max_;
  std::mutex mutex_;
  size_t busy_ = 0;
  std::deque<work> waiting_;
};

} // namespace kodad::http
