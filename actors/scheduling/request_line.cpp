#include "actors/scheduling/request_line.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace kodad::actors {

void request_line::add(time_point due, caf::strong_actor_ptr who, caf::message_id answer) {
  auto& last = last_[who->get()];
  auto before = std::exchange(last, first_ + entries_.size());
  entries_.push_back({due, std::move(who), answer, before});
}

void request_line::take_back(const caf::abstract_actor* who, const caf::message_id* answer,
                             std::vector<caf::strong_actor_ptr>& dropped) {
  auto known = last_.find(who);
  if (known == last_.end())
    return;
  for (auto number = known->second; number >= first_;) {
    auto& one = entries_[number - first_];
    bool is_meant = one.who && (!answer || one.answer == *answer);
    if (is_meant)
      dropped.push_back(std::move(one.who));
    if (is_meant && answer)
      return;
    number = one.before;
  }
  if (!answer)
    last_.erase(known);
}

void request_line::take_due(time_point until, std::vector<entry>& out) {
  for (; !entries_.empty() && entries_.front().due <= until; ++first_) {
    auto one = std::move(entries_.front());
    entries_.pop_front();
    if (!one.who)
      continue;
    if (auto last = last_.find(one.who->get()); last != last_.end() && last->second == first_)
      last_.erase(last);
    out.push_back(std::move(one));
  }
}

void request_line::clear() {
  first_ += entries_.size();
  std::deque<entry>().swap(entries_);
  last_.clear();
}

} // namespace kodad::actors
