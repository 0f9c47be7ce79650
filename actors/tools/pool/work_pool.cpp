#include "actors/tools/pool/work_pool.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <unordered_map>

namespace kodad::actors {

namespace limits = proto::limits;

/// Shared with the threads, so that one that hangs may outlive the pool.
struct work_pool::core : std::enable_shared_from_this<core> {
  using clock = std::chrono::steady_clock;

  std::mutex mutex;
  std::condition_variable work_is_here;
  std::condition_variable look_again; ///< Wakes the warden.
  work_shares shares;
  std::unordered_map<ticket, std::function<void()>> steps;
  ticket last = 0;
  size_t threads = 0;
  size_t idle = 0;
  bool is_closed = false;

  void serve();
  void guard();
  void call_thread();
  bool start(void (core::*body)());
};

/// Signals are for the main thread; a new thread inherits the mask of its maker.
bool work_pool::core::start(void (core::*body)()) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  bool is_started = true;
  try {
    std::thread([self = shared_from_this(), body] { (self.get()->*body)(); }).detach();
  } catch (const std::system_error&) {
    is_started = false; // The warden tries again.
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return is_started;
}

/// Sees to it that a thread looks at what waits. @pre The mutex is held.
void work_pool::core::call_thread() {
  if (idle > 0)
    return work_is_here.notify_one();
  auto busy = shares.running() - shares.slow(clock::now());
  if (busy < limits::tool_threads && threads < limits::slow_steps + limits::tool_threads &&
      start(&core::serve))
    ++threads;
}

/// A thread's life: one step after another.
void work_pool::core::serve() {
  std::unique_lock lock(mutex);
  while (!is_closed) {
    auto id = shares.next(clock::now());
    if (!id) {
      // Those that hung and came back are more than are needed.
      if (idle >= limits::tool_threads)
        break;
      ++idle;
      work_is_here.wait(lock);
      --idle;
      continue;
    }
    auto work = std::move(steps.extract(*id).mapped());
    if (shares.waiting() > 0) {
      call_thread();
      look_again.notify_one();
    }
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    shares.end(*id);
  }
  --threads;
}

/// The warden: while steps wait, looks whether one at work has become slow and left room.
void work_pool::core::guard() {
  std::unique_lock lock(mutex);
  while (!is_closed) {
    if (shares.waiting() == 0) {
      look_again.wait(lock);
      continue;
    }
    look_again.wait_for(lock, limits::step_is_slow / 2);
    if (shares.waiting() > 0)
      call_thread();
  }
}

work_pool::work_pool() : core_(std::make_shared<core>()) {
  core_->start(&core::guard);
}

work_pool::~work_pool() {
  std::unordered_map<ticket, std::function<void()>> dropped;
  {
    std::lock_guard lock(core_->mutex);
    core_->is_closed = true;
    dropped.swap(core_->steps);
  }
  core_->work_is_here.notify_all();
  core_->look_again.notify_all();
}

proto::result<work_pool::ticket> work_pool::post(work_place place, std::function<void()> work) {
  std::unique_lock lock(core_->mutex);
  auto now = core::clock::now();
  switch (core_->shares.ask(place, now)) {
  case work_shares::answer::too_many_wait:
    return proto::make_error(proto::ec::host_full, "too many tool calls are waiting; try again");
  case work_shares::answer::workspace_hangs: {
    auto since = core_->shares.oldest(place.workspace, now).count() / 1000;
    return proto::make_error(proto::ec::host_full,
                             "the workspace's disk does not answer: earlier calls have been "
                             "waiting for it for " +
                                 std::to_string(since) + " s; nothing was done");
  }
  case work_shares::answer::welcome:
    break;
  }
  auto id = ++core_->last;
  core_->steps.emplace(id, std::move(work));
  core_->shares.add(id, std::move(place));
  // A thread that sleeps takes it, and what waits behind it tells the warden.
  if (core_->idle == 0) {
    core_->call_thread();
    core_->look_again.notify_one();
    return id;
  }
  lock.unlock(); // So that it does not wake only to wait for us.
  core_->work_is_here.notify_one();
  return id;
}

bool work_pool::withdraw(ticket id) {
  std::function<void()> dropped;
  std::lock_guard lock(core_->mutex);
  if (!core_->shares.withdraw(id))
    return false;
  dropped = std::move(core_->steps.extract(id).mapped());
  return true;
}

size_t work_pool::threads() const {
  std::lock_guard lock(core_->mutex);
  return core_->threads;
}

} // namespace kodad::actors
