// The WORK QUEUE between the reactor and the workers: bounded, with a reserved lane. Urgent
// requests (GET /health and /ready, POST …/cancel) overtake all others and have a worker of their
// own, so that they are served while everything else is saturated.
#pragma once

#include "http/gateway/reply_token.hpp"
#include "http/gateway/request_reader.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kodad::http {

/// A whole request as it was read, with its token.
struct work_item {
  request_head head;
  std::string body;
  std::shared_ptr<pending_reply> reply;
};

enum class lane : uint8_t { ordinary, urgent };

/// Does the request ask whether the server lives, or is ready? Who watches it has no token.
bool is_probe(const request_head& head);

/// The lane of a request, by method and target alone.
lane lane_of(const request_head& head);

class work_queue {
public:
  /// @param bound Items waiting at most, in each lane.
  explicit work_queue(size_t bound) : bound_(bound) {}

  /// False, and `item` untouched, when the lane is full or the queue closed.
  bool push(work_item& item);

  /// Waits for an item, urgent ones first. Nothing once the queue is closed.
  std::optional<work_item> take();

  /// The same for the worker that serves urgent ones only.
  std::optional<work_item> take_urgent();

  /// Wakes all workers and drops what waits.
  void close();

private:
  const size_t bound_;
  std::mutex mutex_;
  std::condition_variable any_;
  std::condition_variable urgent_only_;
  std::deque<work_item> ordinary_;
  std::deque<work_item> urgent_;
  bool closed_ = false;
};

} // namespace kodad::http
