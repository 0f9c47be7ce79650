// STREAMS for tests: a server whose requests become streams, and a listener that records what the
// writer tells. `open` gives a client whose stream is adopted into a channel.
#pragma once

#include "tests/http/gateway/frames.hpp"
#include "tests/http/gateway/server_fixture.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kodad::http {

using namespace std::chrono_literals;

class recorder final : public actors::channel_listener {
public:
  void drained(actors::subscriber_key key) override { note(drained_, key); }
  void gone(actors::subscriber_key key) override { note(gone_, key); }

  bool wait_for_drained(actors::subscriber_key key, size_t times = 1) {
    return wait(drained_, key, times);
  }
  bool wait_for_gone(actors::subscriber_key key, std::chrono::milliseconds at_most = 20s) {
    return wait(gone_, key, 1, at_most);
  }

  size_t gone_count(actors::subscriber_key key) {
    std::lock_guard lock(mutex_);
    return gone_[key];
  }

private:
  using counts = std::map<actors::subscriber_key, size_t>;

  void note(counts& in, actors::subscriber_key key) {
    std::lock_guard lock(mutex_);
    ++in[key];
    changed_.notify_all();
  }

  bool wait(counts& in, actors::subscriber_key key, size_t times,
            std::chrono::milliseconds at_most = 20s) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, [&in, key, times] { return in[key] >= times; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  counts drained_;
  counts gone_;
};

/// All bytes up to the end of the frame with this id.
inline std::string read_through(raw_client& client, uint64_t id) {
  auto text = client.read_until("id: " + std::to_string(id) + "\n");
  return text += client.read_until("\n\n");
}

class stream_fixture {
public:
  explicit stream_fixture(gateway_options options = {})
      : at_(std::move(options)), listener_(std::make_shared<recorder>()),
        channel_(hub().open_channel(listener_)) {}

  struct stream {
    raw_client client;
    actors::subscriber_key key;
  };

  actors::stream_hub& hub() { return *at_.server().hub(); }
  actors::channel_key channel() const { return channel_; }
  recorder& listener() { return *listener_; }
  server_fixture& at() { return at_; }

  /// A request that waits to become a stream; its token comes with it.
  std::pair<raw_client, reply_token> ask(int receive_bytes = 0) {
    raw_client client(at_.port(), receive_bytes);
    client.send(get(at_.port(), "/keep"));
    auto token = at_.kept();
    return {std::move(client), std::move(token)};
  }

  /// A stream in the channel's care that sees nothing yet.
  stream open(actors::stream_filter filter = {}, int receive_bytes = 0) {
    auto [client, token] = ask(receive_bytes);
    auto key = token.stream_key();
    hub().adopt(channel_, key, filter);
    token.open_stream();
    return {std::move(client), key};
  }

  /// A stream that follows the channel, its head read.
  stream follow(actors::stream_filter filter = {}, int receive_bytes = 0) {
    auto made = open(filter, receive_bytes);
    hub().follow(made.key, {});
    made.client.read_until(": ok\n\n");
    return made;
  }

  void publish(std::vector<actors::shared_frame> frames) {
    hub().publish(channel_, std::move(frames));
  }

private:
  server_fixture at_;
  std::shared_ptr<recorder> listener_;
  actors::channel_key channel_;
};

} // namespace kodad::http
