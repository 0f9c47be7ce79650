// WORK POOL: the threads on which the steps of tool calls wait for disks. Some eight at work, and
// up to `limits::slow_steps` that hang; which step may start is work_shares' business. A thread
// whose step comes back late finds the pool full and ends. Not CAF's own: an actor system waits
// for its threads, and one that hangs in the kernel never comes.
#pragma once

#include "actors/tools/pool/work_shares.hpp"
#include "proto/result.hpp"

#include <functional>
#include <memory>

namespace kodad::actors {

class work_pool {
public:
  using ticket = work_shares::ticket;

  work_pool();

  /// Drops what waits and ends the threads that are idle. Does not wait for the others: what they
  /// run must keep alive what it needs.
  ~work_pool();
  work_pool(const work_pool&) = delete;
  work_pool& operator=(const work_pool&) = delete;

  /// Queues a step. Fails with `host_full` when too many wait, or when the workspace's disk does
  /// not answer. @param work Must not throw.
  proto::result<ticket> post(work_place place, std::function<void()> work);

  /// Takes a step back; false when it has started or is over.
  bool withdraw(ticket id);

  /// Threads alive, at work, idle or hanging.
  size_t threads() const;

private:
  struct core;

  std::shared_ptr<core> core_;
};

} // namespace kodad::actors
