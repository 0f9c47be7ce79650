// The CURL CLIENT: carries the commands of any thread to the loop's thread. A command is queued
// under a mutex and an eventfd rings; the queue's order makes a `cancel` that races its `start`
// harmless.
#pragma once

#include "http/client/curl_loop.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <variant>

namespace kodad::http {

/// What other threads wake the loop with.
class event_descriptor {
public:
  event_descriptor();
  ~event_descriptor();
  event_descriptor(const event_descriptor&) = delete;
  event_descriptor& operator=(const event_descriptor&) = delete;

  int get() const { return fd_; }

private:
  int fd_;
};

class curl_client final : public actors::http_client {
public:
  explicit curl_client(client_options options);
  ~curl_client() override;

  /// Must hold before the client is used.
  bool is_open() const { return wake_.get() >= 0 && loop_.is_open(); }

  actors::exchange_key start(actors::http_request request,
                             std::shared_ptr<actors::http_listener> listener) override;
  void cancel(actors::exchange_key exchange) override;

private:
  using command = std::variant<start_command, actors::exchange_key>;

  void run();
  void put(command wanted);
  bool obey();
  void ring();

  event_descriptor wake_; // Lasts longer than the loop, whose lookups ring it.
  curl_loop loop_;
  std::atomic<actors::exchange_key> last_key_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex guard_;
  std::vector<command> queue_; ///< Under `guard_`.
  std::thread thread_;
};

} // namespace kodad::http
