#include "http/gateway/page_line.hpp"

#include <utility>

namespace kodad::http {

bool page_line::enter(work begin) {
  {
    std::lock_guard lock(mutex_);
    if (busy_ >= at_once_ && waiting_.size() >= waiting_max_)
      return false;
    if (busy_ >= at_once_) {
      waiting_.push_back(std::move(begin));
      return true;
    }
    ++busy_;
  }
  begin(make_turn());
  return true;
}

page_line::turn page_line::make_turn() {
  return {static_cast<const void*>(this),
          [line = shared_from_this()](const void*) { line->leave(); }};
}

void page_line::leave() {
  work next;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --busy_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next(make_turn());
}

} // namespace kodad::http
