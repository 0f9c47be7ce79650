// SCHEDULER: CAF's pool of threads that run the actors, with a queue and a clock of our own. CAF's
// own "stealing" queue polls and burns a core while nothing happens; its "sharing" one wakes a
// thread for every message, whether one sleeps or not, and lets it wait for the lock at once.
#pragma once

#include "actors/scheduling/timer_clock.hpp"

#include <caf/policy/unprofiled.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>

namespace kodad::actors {

/// First come, first served. A thread is woken only when one sleeps, and finds the lock free.
class fair_queue : public caf::policy::unprofiled {
public:
  using queue = std::deque<caf::resumable*>;

  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    std::mutex lock;
    std::condition_variable any;
    queue jobs;
    size_t idle = 0; ///< Threads that wait and were not told to go on.
  };

  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* to, caf::resumable* job) {
    auto& all = d(to);
    {
      std::lock_guard hold(all.lock);
      all.jobs.push_back(job);
      if (all.idle == 0)
        return;
      --all.idle;
    }
    all.any.notify_one();
  }

  template <class Worker>
  void external_enqueue(Worker* to, caf::resumable* job) {
    central_enqueue(to->parent(), job);
  }

  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& all = d(self->parent());
    std::unique_lock hold(all.lock);
    while (all.jobs.empty()) {
      ++all.idle;
      all.any.wait(hold);
    }
    auto* first = all.jobs.front();
    all.jobs.pop_front();
    return first;
  }

  template <class Worker, class Function>
  void foreach_resumable(Worker*, Function) {}

  template <class Coordinator, class Function>
  void foreach_central_resumable(Coordinator* self, Function use) {
    auto& all = d(self);
    std::lock_guard hold(all.lock);
    for (; !all.jobs.empty(); all.jobs.pop_front())
      use(all.jobs.front());
  }
};

class scheduler final : public caf::scheduler::coordinator<fair_queue> {
public:
  explicit scheduler(caf::actor_system& system) : coordinator(system) {}

  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new scheduler(system);
  }

  timer_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;
  void stop() override;

private:
  timer_clock clock_;
};

} // namespace kodad::actors
