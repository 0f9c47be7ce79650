// OPTIONS of the gateway: where it listens, who may come in, and its bounds. The bounds default to
// proto/limits.hpp; tests shorten the deadlines.
#pragma once

#include "http/gateway/door.hpp"
#include "http/gateway/head_parser.hpp"
#include "http/operator_log.hpp"
#include "proto/limits.hpp"
#include "proto/limits/door.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace kodad::http {

using instant = std::chrono::steady_clock::time_point;
using milliseconds = std::chrono::milliseconds;

struct connection_limits {
  milliseconds head_deadline = proto::limits::head_deadline;
  milliseconds body_grace = proto::limits::body_grace;
  size_t body_bytes_per_second = proto::limits::body_bytes_per_second;
  milliseconds idle = proto::limits::idle_connection;
  milliseconds reply_deadline = proto::limits::reply_deadline;
  milliseconds write_stall = proto::limits::write_stall; ///< A response without progress.
  milliseconds linger = proto::limits::linger;
  size_t connections = proto::limits::connections;   ///< Fewer when the descriptors are few.
  size_t margin = proto::limits::door_margin;        ///< Above these; likewise.
  size_t bytes = proto::limits::door_bytes;          ///< Of all requests and answers together.
  size_t answer_bytes = proto::limits::unread_bytes; ///< Of all answers that are not read yet.
};

struct stream_limits {
  milliseconds heartbeat = proto::limits::stream_heartbeat;
  milliseconds write_stall = proto::limits::write_stall; ///< A stream whose peer does not read.
  size_t buffer_bytes = proto::limits::subscriber_buffer_bytes;
  size_t slice = proto::limits::fan_out_slice;
  size_t socket_buffer_bytes = proto::limits::stream_socket_bytes;
};

struct gateway_options {
  std::string host = "127.0.0.1";
  uint16_t port = 0; ///< 0 takes a free one.
  door_options door; ///< `port` is filled in once bound.
  reader_limits reader;
  connection_limits connection;
  stream_limits stream;
  size_t workers = proto::limits::http_workers;
  size_t requests_waiting = proto::limits::requests_waiting;
  /// Of requests that fail inside the host; never null.
  std::shared_ptr<operator_log> failures = std::make_shared<operator_log>("requests failed", "");
  /// True once the host stops: what then fails inside is no fault. Never null.
  std::shared_ptr<const std::atomic<bool>> is_stopping = std::make_shared<std::atomic<bool>>(false);
};

} // namespace kodad::http
