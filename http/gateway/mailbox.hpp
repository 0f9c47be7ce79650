// The MAILBOX: how other threads speak to the reactor. Commands of all kinds in one queue, so that
// they take effect in the order in which they were posted; the reactor is woken once per batch.
// The mailbox outlives the reactor: what is posted after `close` is dropped.
#pragma once

#include "actors/ports.hpp"
#include "http/gateway/request.hpp"
#include "http/gateway/socket.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace kodad::http {

/// One request on one connection; a late answer to an earlier request finds nobody.
struct exchange_place {
  uint64_t connection = 0;
  uint32_t serial = 0;
};

struct answer_request {
  exchange_place place;
  response reply;
};

struct reserve_stream {
  exchange_place place;
  actors::subscriber_key key = 0;
};

struct open_stream {
  exchange_place place;
  actors::subscriber_key key = 0;
  header_list headers;
};

struct open_channel {
  actors::channel_key key = 0;
  std::shared_ptr<actors::channel_listener> listener;
};

struct close_channel {
  actors::channel_key key = 0;
};

struct adopt_stream {
  actors::channel_key channel = 0;
  actors::subscriber_key key = 0;
  actors::stream_filter filter;
};

struct push_page {
  actors::subscriber_key key = 0;
  std::vector<actors::shared_frame> page;
};

struct follow_channel {
  actors::subscriber_key key = 0;
  std::vector<actors::shared_frame> backlog;
};

struct publish_frames {
  actors::channel_key channel = 0;
  std::vector<actors::shared_frame> frames;
};

/// What the gateway itself asks of the reactor.
enum class lifecycle : uint8_t { stop_accepting, drain, stop };

using command =
    std::variant<answer_request, reserve_stream, open_stream, open_channel, close_channel,
                 adopt_stream, push_page, follow_channel, publish_frames, lifecycle>;

class mailbox {
public:
  mailbox();

  /// From any thread.
  void post(command order);

  /// From the reactor: everything posted so far. Reuses the room of `batch`.
  void take(std::vector<command>& batch);

  /// Drops what is queued and all that comes later.
  void close();

  /// Readable when something was posted.
  int wake_descriptor() const { return wake_.get(); }

  /// A number never given before, for channels and subscribers.
  uint64_t next_key() { return ++keys_; }

private:
  std::mutex mutex_;
  std::vector<command> queue_;
  bool closed_ = false;
  descriptor wake_;
  std::atomic<uint64_t> keys_{0};
};

} // namespace kodad::http
