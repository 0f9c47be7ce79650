// TIMER CLOCK: CAF's clock for time-outs and delayed messages, without its price. CAF wakes a
// thread for each of them; here the thread sleeps until the next one is due, and is woken only for
// what is due earlier. A request's time-out, which hardly ever comes true, costs a place in a
// queue.
//
// As in CAF, the time-out of a request that was answered stays until its time, and then has no
// effect, or until the asker ends.
#pragma once

#include "actors/scheduling/request_line.hpp"

#include <caf/detail/thread_safe_actor_clock.hpp>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace kodad::actors {

class timer_clock final : public caf::detail::thread_safe_actor_clock {
public:
  timer_clock() = default;
  ~timer_clock() override;

  void start();

  /// Drops all that is not due yet.
  void stop();

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         uint64_t id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  using timers = caf::detail::simple_actor_clock;

  void run();
  time_point next_due() const;
  void wake_for(time_point due);
  void take_due(time_point until);
  void take_back(caf::abstract_actor* self, const caf::message_id* id);
  void ship_due();

  // What goes may be the last that holds an actor, whose end comes back here.
  std::recursive_mutex lock_;
  std::condition_variable_any earlier_;
  std::array<request_line, 3> requests_; // Nearly all wait equally long.
  time_point wakes_at_ = time_point::min();
  bool stopping_ = false;
  std::thread thread_;

  // Only of the thread.
  std::vector<unique_delayed_event_ptr> due_timers_;
  std::vector<request_line::entry> due_requests_;
};

} // namespace kodad::actors
