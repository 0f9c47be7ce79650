#include "http/gateway/send_queue.hpp"

#include "http/gateway/frame_merger.hpp"

#include <memory>

namespace kodad::http {

void send_queue::append(actors::shared_frame next) {
  // A page behind absorbed frames counts like them: only pages in front are free.
  if (pages_ == size())
    ++pages_;
  else
    absorbed_bytes_ += next->text.size();
  frames_.push_back(std::move(next));
  last_is_ours_ = false;
}

void send_queue::prepend(actors::shared_frame first) {
  frames_.insert(frames_.begin() + head_, std::move(first));
  ++pages_;
}

void send_queue::absorb(const actors::shared_frame& next, last_frame last) {
  absorbed_bytes_ += next->text.size();
  bool joins = size() > pages_ && last == last_frame::may_grow && can_merge(*frames_.back(), *next);
  if (!joins) {
    frames_.push_back(next);
    last_is_ours_ = false;
    return;
  }
  if (!last_is_ours_)
    frames_.back() = std::make_shared<actors::frame>(*frames_.back());
  // Made by us just now or in an earlier call, so that nobody else reads it.
  auto grown = std::const_pointer_cast<actors::frame>(frames_.back());
  absorbed_bytes_ -= grown->text.size() + next->text.size();
  merge_into(*grown, *next);
  absorbed_bytes_ += grown->text.size();
  last_is_ours_ = true;
}

void send_queue::pop() {
  if (pages_ > 0)
    --pages_;
  else
    absorbed_bytes_ -= frames_[head_]->text.size();
  frames_[head_++].reset();
  if (head_ == frames_.size()) {
    std::vector<actors::shared_frame>().swap(frames_); // An idle stream holds no room.
    head_ = 0;
    last_is_ours_ = false;
  } else if (head_ >= 1024) {
    frames_.erase(frames_.begin(), frames_.begin() + head_);
    head_ = 0;
  }
}

} // namespace kodad::http
