// The FRAME RING: the frames of one audience that some follower has not sent yet, numbered. A
// publish appends once, whatever the number of followers; each follower is a cursor into it.
#pragma once

#include "actors/ports.hpp"

#include <cstdint>
#include <vector>

namespace kodad::http {

class frame_ring {
public:
  void append(actors::shared_frame next);

  /// Number of the first frame kept, and of the one that will be appended next.
  uint64_t first() const { return first_; }
  uint64_t next() const { return first_ + entries_.size() - head_; }

  /// @pre first() <= number < next().
  const actors::shared_frame& at(uint64_t number) const {
    return entries_[head_ + (number - first_)].frame;
  }

  /// Bytes of all frames from `number` on. @pre first() <= number <= next().
  uint64_t bytes_from(uint64_t number) const;

  /// Forgets the frames before `number`. @pre number <= next().
  void trim(uint64_t number);

private:
  struct entry {
    actors::shared_frame frame;
    uint64_t begin; ///< Bytes ever appended before this one.
  };

  std::vector<entry> entries_;
  size_t head_ = 0; ///< Entries before it are trimmed.
  uint64_t first_ = 0;
  uint64_t total_ = 0; ///< Bytes ever appended.
};

} // namespace kodad::http
