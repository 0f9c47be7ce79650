// The SSE WRITER: carries out the hub's commands and sends the frames. Lives on the reactor's
// thread, never blocks, and does its work in slices, so that a large audience does not hold up
// requests or other sessions. Frames are shared, not copied; one sendmsg per stream carries up to
// 64 of them.
#pragma once

#include "http/gateway/mailbox.hpp"
#include "http/gateway/options.hpp"
#include "http/gateway/response_head.hpp"
#include "http/gateway/subscriber.hpp"

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kodad::http {

/// As the head says.
struct stream_manner {
  stream_coding coding = stream_coding::chunked;
  afterwards connection = afterwards::close;
};

class sse_writer {
public:
  explicit sse_writer(const stream_limits& limits);

  // The hub's commands.
  void apply(open_channel& order);
  void apply(const close_channel& order);
  void apply(const adopt_stream& order);
  void apply(push_page& order);
  void apply(follow_channel& order);
  void apply(publish_frames& order);

  // The reactor's side of a stream.
  /// Takes calls for `key` from now on.
  void reserve(actors::subscriber_key key);
  bool is_reserved(actors::subscriber_key key) const { return subscribers_.contains(key); }
  /// Gives a reserved stream its socket. @param head Sent before all frames.
  void open(actors::subscriber_key key, descriptor socket, std::string head, stream_manner manner);
  /// Ends a stream at once, reserved or open.
  void drop(actors::subscriber_key key);
  /// @param events As epoll reports them.
  void on_event(actors::subscriber_key key, uint32_t events);

  /// Is there anything that `run_slice` would do?
  bool has_work() const { return !ready_.empty() || !passes_.empty(); }
  /// Sends to about `stream_limits::slice` streams.
  void run_slice(instant now);
  /// Heartbeats and the deadlines of ending streams.
  void sweep(instant now);

  /// Ends each stream once what it has queued has left.
  void end_all();
  void drop_all();

  size_t open_streams() const { return open_streams_; }

  /// The sockets of streams that have ended on purpose and whose connections stay open.
  std::vector<descriptor> take_finished() { return std::exchange(finished_, {}); }

private:
  enum class fate : uint8_t { alive, gone };
  enum class progress : uint8_t { partial, complete };

  subscriber* find(actors::subscriber_key key);
  fate remove(subscriber& s, ending how);
  fate complete(subscriber& s);
  void leave(subscriber& s);
  void mark_ready(subscriber& s);
  void end(subscriber& s);
  void start_pass(const std::shared_ptr<audience>& home);
  void run_ready(size_t budget);
  size_t run_pass(audience& home, size_t budget);
  void move_cursor(subscriber& s, uint64_t to);
  void absorb(subscriber& s);
  fate visit(subscriber& s);
  fate keep_within_bound(subscriber& s);
  fate pump(subscriber& s);
  fate settle(subscriber& s);
  progress advance(subscriber& s, size_t bytes);
  size_t leave_behind(subscriber& s, size_t bytes);
  fate discard_input(subscriber& s);
  void sweep_one(subscriber& s);

  stream_limits limits_;
  instant now_;
  size_t open_streams_ = 0;
  std::vector<descriptor> finished_;
  actors::shared_frame opening_;
  actors::shared_frame heartbeat_;
  std::unordered_map<actors::subscriber_key, std::unique_ptr<subscriber>> subscribers_;
  std::unordered_map<actors::channel_key, std::shared_ptr<audience>> channels_;
  std::deque<actors::subscriber_key> ready_;     ///< Streams with something new of their own.
  std::deque<std::shared_ptr<audience>> passes_; ///< Audiences with something new for all.
};

} // namespace kodad::http
