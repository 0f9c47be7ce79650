#include "actors/provider/call_queue.hpp"

#include <algorithm>

namespace kodad::actors {

void call_queue::push(const proto::session_id& session, model_call_key call) {
  auto known = line_of_.find(session);
  if (known == line_of_.end()) {
    auto added = lines_.insert(lines_.end(), line{session, {}});
    known = line_of_.emplace(session, added).first;
  }
  known->second->calls.push_back(call);
  session_of_.emplace(call, session);
}

std::optional<model_call_key> call_queue::pop() {
  if (lines_.empty())
    return std::nullopt;
  auto front = lines_.begin();
  auto next = front->calls.front();
  front->calls.pop_front();
  session_of_.erase(next);
  if (front->calls.empty()) {
    line_of_.erase(front->session);
    lines_.erase(front);
  } else {
    lines_.splice(lines_.end(), lines_, front);
  }
  return next;
}

std::optional<model_call_key> call_queue::front() const {
  if (lines_.empty())
    return std::nullopt;
  return lines_.front().calls.front();
}

bool call_queue::remove(model_call_key call) {
  auto waiting = session_of_.find(call);
  if (waiting == session_of_.end())
    return false;
  auto place = line_of_.find(waiting->second);
  auto& calls = place->second->calls;
  calls.erase(std::find(calls.begin(), calls.end(), call));
  if (calls.empty()) {
    lines_.erase(place->second);
    line_of_.erase(place);
  }
  session_of_.erase(waiting);
  return true;
}

} // namespace kodad::actors
