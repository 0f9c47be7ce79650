#include "http/gateway/frame_ring.hpp"

namespace kodad::http {

namespace {

// An idle audience should cost next to nothing.
constexpr size_t idle_capacity_max = 64;

} // namespace

void frame_ring::append(actors::shared_frame next) {
  uint64_t begin = total_;
  total_ += next->text.size();
  entries_.push_back({std::move(next), begin});
}

uint64_t frame_ring::bytes_from(uint64_t number) const {
  return number == next() ? 0 : total_ - entries_[head_ + (number - first_)].begin;
}

void frame_ring::trim(uint64_t number) {
  while (first_ < number) {
    entries_[head_++].frame.reset();
    ++first_;
  }
  if (head_ == entries_.size()) {
    entries_.clear();
    head_ = 0;
    if (entries_.capacity() > idle_capacity_max)
      std::vector<entry>().swap(entries_);
  } else if (head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
}

} // namespace kodad::http
