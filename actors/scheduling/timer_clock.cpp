#include "actors/scheduling/timer_clock.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/sec.hpp>

#include <algorithm>

namespace kodad::actors {

namespace {

/// Timers due within so short a time share a wake-up.
constexpr auto wake_interval = std::chrono::milliseconds(1);

/// How much later than asked a request may time out, so that it can stand behind the one before.
constexpr auto request_slack = std::chrono::milliseconds(100);

} // namespace

timer_clock::~timer_clock() {
  stop();
}

void timer_clock::start() {
  thread_ = std::thread([this] { run(); });
}

void timer_clock::stop() {
  if (!thread_.joinable())
    return;
  {
    std::lock_guard hold(lock_);
    stopping_ = true;
    earlier_.notify_all();
  }
  thread_.join();
  cancel_all();
}

timer_clock::time_point timer_clock::next_due() const {
  auto next = time_point::max();
  if (!schedule_.empty())
    next = schedule_.begin()->first;
  for (const auto& line : requests_)
    if (!line.empty())
      next = std::min(next, line.first_due());
  return next;
}

void timer_clock::wake_for(time_point due) {
  if (due >= wakes_at_)
    return;
  wakes_at_ = due;
  earlier_.notify_all();
}

void timer_clock::run() {
  std::unique_lock hold(lock_);
  auto earliest = time_point::min();
  while (!stopping_) {
    wakes_at_ = std::max(next_due(), earliest);
    auto now = clock_type::now();
    if (wakes_at_ == time_point::max()) {
      earlier_.wait(hold);
    } else if (wakes_at_ > now) {
      earlier_.wait_until(hold, wakes_at_);
    } else {
      wakes_at_ = time_point::min(); // Awake: nobody needs to wake us.
      take_due(now);
      earliest = now + wake_interval;
      hold.unlock();
      ship_due();
      hold.lock();
    }
  }
}

void timer_clock::take_due(time_point until) {
  while (!schedule_.empty() && schedule_.begin()->first <= until) {
    auto first = schedule_.begin();
    if (first->second->backlink != actor_lookup_.end())
      actor_lookup_.erase(first->second->backlink);
    due_timers_.push_back(std::move(first->second));
    schedule_.erase(first);
  }
  for (auto& line : requests_)
    line.take_due(until, due_requests_);
}

void timer_clock::ship_due() {
  for (auto& timer : due_timers_)
    ship(*timer);
  due_timers_.clear();
  for (auto& late : due_requests_)
    late.who->get()->eq_impl(late.answer, late.who, nullptr, caf::sec::request_timeout);
  due_requests_.clear();
}

void timer_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self,
                                       caf::atom_value type, uint64_t id) {
  std::lock_guard hold(lock_);
  timers::set_ordinary_timeout(t, self, type, id);
  wake_for(t);
}

void timer_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  std::lock_guard hold(lock_);
  auto fits = [t](const auto& line) {
    return line.empty() || line.last_due() <= t + request_slack;
  };
  auto line = std::ranges::find_if(requests_, fits);
  if (line != requests_.end()) {
    auto due = line->empty() ? t : std::max(t, line->last_due());
    line->add(due, caf::actor_cast<caf::strong_actor_ptr>(self), id);
  } else {
    timers::set_request_timeout(t, self, id);
  }
  wake_for(t);
}

void timer_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                    uint64_t id) {
  std::lock_guard hold(lock_);
  timers::set_multi_timeout(t, self, type, id);
  wake_for(t);
}

void timer_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  std::lock_guard hold(lock_);
  timers::cancel_ordinary_timeout(self, type);
}

void timer_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  take_back(self, &id);
}

void timer_clock::cancel_timeouts(caf::abstract_actor* self) {
  take_back(self, nullptr);
}

void timer_clock::take_back(caf::abstract_actor* self, const caf::message_id* id) {
  std::vector<caf::strong_actor_ptr> dropped; // Outlives the lock.
  std::lock_guard hold(lock_);
  if (id)
    timers::cancel_request_timeout(self, *id);
  else
    timers::cancel_timeouts(self);
  for (auto& line : requests_)
    line.take_back(self, id, dropped);
}

void timer_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                   caf::mailbox_element_ptr content) {
  std::lock_guard hold(lock_);
  timers::schedule_message(t, std::move(receiver), std::move(content));
  wake_for(t);
}

void timer_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                   caf::message content) {
  std::lock_guard hold(lock_);
  timers::schedule_message(t, std::move(target), std::move(sender), std::move(content));
  wake_for(t);
}

void timer_clock::cancel_all() {
  std::lock_guard hold(lock_);
  timers::cancel_all();
  for (auto& line : requests_)
    line.clear();
}

} // namespace kodad::actors
