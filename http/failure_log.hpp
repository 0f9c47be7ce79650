// The FAILURE LOG: what went wrong inside the host, for the operator. A client gets a fixed
// sentence and the request's id; here stands the rest, a line each, found by that id. A failure
// that repeats itself by the thousand is told a few times a second, with the number of those left
// out.
#pragma once

#include "proto/error.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace kodad::http {

class failure_log {
public:
  using instant = std::chrono::steady_clock::time_point;

  /// The text to write for this failure, with its line end; "" when there were too many.
  std::string lines_for(std::string_view request_id, const proto::error& failure, instant now);

private:
  std::mutex mutex_;
  instant window_begin_{};
  size_t in_window_ = 0;
  size_t left_out_ = 0;
};

/// Writes it to stderr. From any thread. Nothing when the failure is a client's or says nothing.
void log_failure(std::string_view request_id, const proto::error& failure);

} // namespace kodad::http
