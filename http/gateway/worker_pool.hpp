// The WORKERS: take whole requests, ask the door, hand them to the handler with their reply token.
// They never wait for an answer. One more worker than asked for serves urgent requests only.
#pragma once

#include "http/gateway/door.hpp"
#include "http/gateway/request_router.hpp"
#include "http/gateway/work_queue.hpp"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace kodad::http {

/// Called on a worker's thread; must not wait. What it throws is answered with 500.
using request_handler = std::function<void(const request&, reply_token)>;

class worker_pool {
public:
  worker_pool(work_queue& queue, door guard, request_handler handler);
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  void start(size_t workers);

  /// Closes the queue and waits for the workers.
  void stop();

private:
  void serve(work_item item);
  void call_handler(const request& in, reply_token token);

  work_queue& queue_;
  door guard_;
  request_handler handler_;
  request_router router_;
  std::vector<std::thread> threads_;
};

} // namespace kodad::http
