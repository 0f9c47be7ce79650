// The SEND QUEUE: what one stream alone has to send, before the frames it shares with the others
// in its audience's ring: pages of history, and the frames of a ring it could not keep up with,
// merged. Only the latter count against the stream's bound.
#pragma once

#include "actors/ports.hpp"

#include <cstdint>
#include <vector>

namespace kodad::http {

class send_queue {
public:
  bool empty() const { return head_ == frames_.size(); }
  size_t size() const { return frames_.size() - head_; }
  const actors::shared_frame& at(size_t index) const { return frames_[head_ + index]; }

  /// Appends a frame of a page.
  void append(actors::shared_frame next);

  /// Puts a frame before all others.
  void prepend(actors::shared_frame first);

  /// May the last frame still grow? Not when some of its bytes have left.
  enum class last_frame : uint8_t { may_grow, is_leaving };

  /// Appends a frame that counts, merged with the last one where they are one text run.
  void absorb(const actors::shared_frame& next, last_frame last);

  void pop();

  /// Bytes of the frames that were absorbed.
  size_t absorbed_bytes() const { return absorbed_bytes_; }

private:
  std::vector<actors::shared_frame> frames_;
  uint32_t head_ = 0;
  uint32_t pages_ = 0;        ///< Frames from the front that do not count.
  bool last_is_ours_ = false; ///< The last frame was made by merging and has no other owner.
  size_t absorbed_bytes_ = 0;
};

} // namespace kodad::http
