// The GATEWAY SERVER: the way in. Binds, starts the reactor and the workers, and ends them in
// order. It knows nothing of routes and actors: a handler gets each request with its reply token.
#pragma once

#include "actors/ports.hpp"
#include "http/gateway/hub.hpp"
#include "http/gateway/mailbox.hpp"
#include "http/gateway/options.hpp"
#include "http/gateway/reactor.hpp"
#include "http/gateway/socket.hpp"
#include "http/gateway/work_queue.hpp"
#include "http/gateway/worker_pool.hpp"
#include "proto/result.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace kodad::http {

class gateway_server {
public:
  gateway_server(gateway_options options, request_handler handler);
  ~gateway_server();
  gateway_server(const gateway_server&) = delete;
  gateway_server& operator=(const gateway_server&) = delete;

  /// Binds and serves. Fails with `invalid_value` when the address cannot be had, for example
  /// because it is in use, or when the process may have too few descriptors or threads. Call once.
  /// @return The port.
  proto::result<uint16_t> start();

  /// The same on a socket that was bound before; see `listen_on`.
  proto::result<uint16_t> start(descriptor listener);

  /// Connections and streams at most: what was asked for, or what the descriptors allow.
  size_t connections_max() const { return options_.connection.connections; }

  /// The streams. Valid before `start` and after `stop`; calls after `stop` do nothing. Share it
  /// with actors that may outlive this object.
  std::shared_ptr<actors::stream_hub> hub() const { return hub_; }

  /// New connections are refused from now on; those that are open go on.
  void stop_accepting();

  /// Finishes the responses in flight, refuses new requests with 503 `draining`, and ends the
  /// streams once what they have queued has left.
  /// @return False when that took longer than `deadline`; `stop` then cuts off the rest.
  bool drain(std::chrono::milliseconds deadline);

  /// Closes everything; each adopted stream is told `gone`. Idempotent.
  void stop();

private:
  proto::result<void> start_threads();

  gateway_options options_;
  std::optional<proto::error> shortage_; ///< Why there are too few descriptors.
  request_handler handler_;
  std::shared_ptr<mailbox> post_;
  std::shared_ptr<http::hub> hub_;
  work_queue work_;
  std::unique_ptr<worker_pool> workers_;
  std::unique_ptr<reactor> reactor_;
  std::future<void> drained_;
  std::thread thread_;
};

} // namespace kodad::http
