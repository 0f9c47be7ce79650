// PORTS: what the actors need from the world beyond the storage, as two abstract classes. http/
// implements them (http/gateway/sse_writer, http/client), http/start plugs them in, and tests
// put fakes in their place. Beside interfaces.hpp the only header of this folder that http/ may
// include. No CAF in here.
#pragma once

#include "proto/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kodad::actors {

// --- live streams ----------------------------------------------------------------------------

/// One event as it goes over the wire, encoded once and shared by all its subscribers:
/// "id: 7\nevent: delta\ndata: {"content":"hi"}\n\n".
///
/// Adjacent frames of one text run can be merged for a slow reader: when both have a content range
/// and agree in everything between `event_begin` and `content_begin`, the merged frame has the id
/// of the later one and the contents joined.
struct frame {
  uint64_t id = 0;            ///< The event's number; 0 for a frame that carries none.
  uint32_t turn = 0;          ///< The turn it belongs to; 0 for none.
  bool ends_turn = false;     ///< Is it the turn's `done` or `error`?
  bool ends_stream = false;   ///< Whoever has sent it is at the end, whatever its filter.
  uint32_t event_begin = 0;   ///< Where "event:" starts in `text`.
  uint32_t content_begin = 0; ///< The mergeable content, JSON-escaped; 0 when not mergeable.
  uint32_t content_end = 0;
  std::string text;
};

using shared_frame = std::shared_ptr<const frame>;

/// Names one open event stream of one client; never reused while the process lives.
using subscriber_key = uint64_t;

/// Names one session's audience; never reused while the process lives.
using channel_key = uint64_t;

/// What a stream wants to see.
struct stream_filter {
  uint32_t only_turn = 0;  ///< Skip the frames of other turns; 0 sees all.
  bool until_done = false; ///< End after the (first, or that) turn's terminal frame.
  bool until_live = false; ///< End once all events up to `live_at` have left.
  uint64_t live_at = 0;    ///< What the database knew of; the announcement may be on its way.
};

/// Told what becomes of a channel's subscribers. Called on the reactor's thread: must not block.
class channel_listener {
public:
  virtual ~channel_listener() = default;

  /// All frames of the last `push` have left; the next page is welcome.
  virtual void drained(subscriber_key subscriber) = 0;

  /// The stream has ended, for whatever reason. Comes exactly once per adopted subscriber.
  virtual void gone(subscriber_key subscriber) = 0;
};

/// The SSE writer. Every call may come from any thread, returns at once, and takes effect in the
/// order in which the calls were made. Calls that name a vanished subscriber or channel are
/// ignored.
class stream_hub {
public:
  virtual ~stream_hub() = default;

  /// A new, empty audience.
  virtual channel_key open_channel(std::shared_ptr<channel_listener> listener) = 0;

  /// Ends all streams of the channel once what is queued has left, and forgets the channel.
  virtual void close_channel(channel_key channel) = 0;

  /// Puts a new stream into the channel's care. It sees nothing yet.
  virtual void adopt(channel_key channel, subscriber_key subscriber, stream_filter filter) = 0;

  /// Queues a page of history for one stream. The page may exceed the stream's buffer bound;
  /// `drained` tells when it has left.
  virtual void push(subscriber_key subscriber, std::vector<shared_frame> page) = 0;

  /// Queues `backlog`, then lets the stream follow all that is published from now on.
  virtual void follow(subscriber_key subscriber, std::vector<shared_frame> backlog) = 0;

  /// Hands frames to all streams that follow the channel. A stream whose unsent bytes exceed the
  /// subscriber bound, even after merging its text runs, is cut off.
  virtual void publish(channel_key channel, std::vector<shared_frame> frames) = 0;
};

// --- outgoing HTTP ---------------------------------------------------------------------------

using header_list = std::vector<std::pair<std::string, std::string>>;

struct http_request {
  std::string method = "GET";
  std::string url;
  header_list headers; ///< May hold secrets: never logged.
  std::string body;
  std::chrono::milliseconds connect_deadline{10'000};
  std::chrono::milliseconds first_byte_deadline{300'000};
  std::chrono::milliseconds idle_deadline{120'000};    ///< Longest silence within the body.
  std::chrono::milliseconds total_deadline{3'600'000}; ///< From the start to the body's end.
};

/// Hears of one exchange: `head` at most once, then `data` any number of times, then `end` once.
/// Called on the client's thread: must not block.
class http_listener {
public:
  virtual ~http_listener() = default;

  /// @param headers Names in lower case.
  virtual void head(int status, header_list headers) = 0;

  /// The bytes that arrived since the last call; several chunks of the wire come as one.
  virtual void data(std::string bytes) = 0;

  /// Over: nothing when the body came whole, else `provider_down` (no connection),
  /// `stream_cut`, `stream_stalled` or `cancelled`. The context never holds a header or the body.
  virtual void end(std::optional<proto::error> failure) = 0;
};

using exchange_key = uint64_t;

/// Thousands of concurrent outgoing streams on one thread.
class http_client {
public:
  virtual ~http_client() = default;

  /// Starts an exchange. May be called from any thread; returns at once.
  virtual exchange_key start(http_request request, std::shared_ptr<http_listener> listener) = 0;

  /// Closes the connection; `end` still comes, with `cancelled` unless it was over already.
  virtual void cancel(exchange_key exchange) = 0;
};

} // namespace kodad::actors
