#include "http/gateway/work_queue.hpp"

namespace kodad::http {

namespace {

work_item take_first(std::deque<work_item>& items) {
  work_item first = std::move(items.front());
  items.pop_front();
  return first;
}

std::string_view path_of(const request_head& head) {
  return std::string_view(head.target).substr(0, head.target.find('?'));
}

} // namespace

bool is_probe(const request_head& head) {
  auto path = path_of(head);
  return (path == "/health" || path == "/ready") && (head.method == "GET" || head.method == "HEAD");
}

lane lane_of(const request_head& head) {
  bool cancel = head.method == "POST" && path_of(head).ends_with("/cancel");
  return is_probe(head) || cancel ? lane::urgent : lane::ordinary;
}

bool work_queue::push(work_item& item) {
  bool urgent = lane_of(item.head) == lane::urgent;
  auto& items = urgent ? urgent_ : ordinary_;
  {
    std::lock_guard lock(mutex_);
    if (closed_ || items.size() >= bound_)
      return false;
    items.push_back(std::move(item));
  }
  any_.notify_one();
  if (urgent)
    urgent_only_.notify_one();
  return true;
}

std::optional<work_item> work_queue::take() {
  std::unique_lock lock(mutex_);
  any_.wait(lock, [this] { return closed_ || !ordinary_.empty() || !urgent_.empty(); });
  if (closed_)
    return std::nullopt;
  return take_first(urgent_.empty() ? ordinary_ : urgent_);
}

std::optional<work_item> work_queue::take_urgent() {
  std::unique_lock lock(mutex_);
  urgent_only_.wait(lock, [this] { return closed_ || !urgent_.empty(); });
  if (closed_)
    return std::nullopt;
  return take_first(urgent_);
}

void work_queue::close() {
  std::deque<work_item> dropped_ordinary; // Destroyed outside the lock: their tokens answer.
  std::deque<work_item> dropped_urgent;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    dropped_ordinary.swap(ordinary_);
    dropped_urgent.swap(urgent_);
  }
  any_.notify_all();
  urgent_only_.notify_all();
}

} // namespace kodad::http
