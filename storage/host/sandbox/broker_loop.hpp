// BROKER LOOP: takes the calls that wait at the listener, one after the other, makes them and
// answers. See broker.hpp for what holds.
#pragma once

#include "storage/host/sandbox/broker_call.hpp"
#include "storage/host/sandbox/broker_caller.hpp"
#include "storage/host/sandbox/task_count.hpp"
#include "storage/host/sandbox/writable_places.hpp"

#include <chrono>
#include <vector>

namespace kodad::storage::host {

class broker_loop {
public:
  /// @param tasks_max Of this process and all that descends from it; 0 for no bound.
  /// @param refusals An eventfd that counts the starts that were refused.
  /// @param command The child that is waited for elsewhere.
  broker_loop(writable_places places, uint64_t tasks_max, int refusals, pid_t command);

  broker_loop(const broker_loop&) = delete; // It is referred to from inside.
  broker_loop& operator=(const broker_loop&) = delete;

  /// Answers the next call. Returns at once if there is none.
  void answer_one(const descriptor& listener);

private:
  using clock = std::chrono::steady_clock;

  /// A start that was let go on; the new task may not be there yet.
  struct granted_start {
    pid_t thread;
    uint64_t turns; ///< Until then.
    clock::time_point when;
  };

  int make(const broker_call& call, const broker_caller& caller, const descriptor& listener,
           uint64_t id) const;
  opened_place find(const broker_call& call, const broker_caller& caller,
                    const descriptor& listener, uint64_t id) const;
  uint64_t count_tasks();
  void remember_start(const broker_caller& caller);
  void let_starts_settle();
  void reap_strangers() const;

  writable_places places_;
  task_count tasks_;
  int refusals_;
  pid_t command_;
  std::vector<granted_start> granted_; ///< One of a thread; of those since the last count.
  std::vector<char> notice_;
  std::vector<char> answer_;
};

} // namespace kodad::storage::host
