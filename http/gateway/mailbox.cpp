#include "http/gateway/mailbox.hpp"

#include <sys/eventfd.h>

namespace kodad::http {

mailbox::mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void mailbox::post(command order) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_)
      return;
    first = queue_.empty();
    queue_.push_back(std::move(order));
  }
  if (first)
    (void)::eventfd_write(wake_.get(), 1);
}

void mailbox::take(std::vector<command>& batch) {
  batch.clear();
  eventfd_t count = 0;
  // Cleared before the swap: a command posted in between wakes us once too often, never too little.
  (void)::eventfd_read(wake_.get(), &count);
  std::lock_guard lock(mutex_);
  batch.swap(queue_);
}

void mailbox::close() {
  std::vector<command> dropped; // Destroyed outside the lock: tokens may post as they die.
  std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(queue_);
}

} // namespace kodad::http
