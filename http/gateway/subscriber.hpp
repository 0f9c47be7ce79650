// SUBSCRIBER and AUDIENCE: the SSE writer's data. A subscriber is one stream; it first sends its
// own queue, then follows its audience's ring with a cursor. Both live on the reactor's thread.
#pragma once

#include "http/gateway/chunk.hpp"
#include "http/gateway/frame_ring.hpp"
#include "http/gateway/options.hpp"
#include "http/gateway/pace.hpp"
#include "http/gateway/send_queue.hpp"
#include "http/gateway/socket.hpp"
#include "proto/withdrawn.hpp"

#include <memory>
#include <vector>

namespace kodad::http {

struct subscriber;

/// One channel and its subscribers.
struct audience {
  std::shared_ptr<actors::channel_listener> listener;
  frame_ring ring;
  std::vector<subscriber*> members;
  size_t followers = 0; ///< Members that see what is published.
  size_t behind = 0;    ///< Followers whose cursor is not at the ring's end.

  // A pass visits all members once, in slices.
  bool in_pass = false;
  bool pass_again = false; ///< Something was published, or a member moved, since the pass began.
  size_t scan = 0;         ///< The next member to visit.
  uint64_t lowest = 0;     ///< The lowest cursor the pass has seen.
};

/// One stream, reserved or open.
struct subscriber {
  actors::subscriber_key key = 0;
  descriptor socket; ///< Closed while the stream is only reserved.
  std::shared_ptr<audience> home;
  uint32_t place = 0;  ///< In `home->members`.
  uint32_t offset = 0; ///< Bytes of the head, frame or last chunk now leaving that have left.
  actors::stream_filter filter;
  bool following = false;
  bool blocked = false;   ///< The socket takes no more for now.
  bool is_ready = false;  ///< Stands in the writer's list of streams to look at.
  bool ending = false;    ///< Close once all has left.
  bool finished = false;  ///< The terminal frame has left; the last chunk may be leaving.
  bool is_chunked = true; ///< HTTP/1.0 gets the frames as they are.
  bool wants_drained = false;
  bool keeps_open = false; ///< The connection may serve other requests afterwards.
  uint32_t discarded = 0;  ///< Bytes the peer has sent on its stream.
  uint64_t cursor = 0;     ///< The next frame of the ring to send.
  std::string head;        ///< Of the response; empty once it has left.
  send_queue queue;
  http::pace pace;
  instant last_sent;
};

/// Bytes of a frame as the stream sends it.
inline size_t wire_size(const subscriber& s, const actors::frame& f) {
  return s.is_chunked ? chunk_size(f.text.size()) : f.text.size();
}

/// Does the stream want to see this frame?
inline bool wants(const actors::stream_filter& filter, const actors::frame& f) {
  return filter.only_turn == 0 || f.turn == 0 || f.turn == filter.only_turn;
}

/// Is this the frame after which the stream ends?
inline bool ends(const actors::stream_filter& filter, const actors::frame& f) {
  bool is_end = f.ends_turn &&
                (filter.only_turn == 0 ? !proto::is_withdrawn(f.text) : f.turn == filter.only_turn);
  return f.ends_stream || (filter.until_done && is_end);
}

} // namespace kodad::http
