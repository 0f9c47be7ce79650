// The PACE of a peer: does it take what we send, or as good as nothing? It is asked of the kernel
// how much the peer has really received: what lies in our socket's buffer is not read by anybody,
// and a peer that reads a byte now and then must not count as one that reads.
#pragma once

#include "http/gateway/options.hpp"

#include <cstdint>

namespace kodad::http {

class pace {
public:
  /// The kernel took bytes.
  void sent(size_t bytes) { sent_ += bytes; }

  /// The kernel takes no more: from now on, until `caught_up`, the peer is observed.
  void fell_behind(int socket, instant now);

  /// All there was to send has left.
  void caught_up() { is_behind_ = false; }

  /// Has the peer, for `window`, received less than the lowest rate?
  bool is_hopeless(int socket, instant now, milliseconds window);

private:
  uint64_t received(int socket) const;

  uint64_t sent_ = 0;
  uint64_t received_before_ = 0; ///< When the window began.
  instant since_;
  bool is_behind_ = false;
};

} // namespace kodad::http
