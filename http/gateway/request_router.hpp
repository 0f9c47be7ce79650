// The REQUEST ROUTER: cpp-httplib's server, driven on one whole request in memory instead of on a
// socket. It sees a head that our strict reader has accepted, reduced to what it needs (no body, no
// header that its 0.11.4 mistakes), decodes the path and calls back. Its answer is discarded:
// replies leave later, through the reply token.
#pragma once

#include "http/gateway/request.hpp"
#include "http/gateway/work_queue.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace kodad::http {

class request_router {
public:
  request_router();
  ~request_router();
  request_router(const request_router&) = delete;
  request_router& operator=(const request_router&) = delete;

  /// The request in our own terms. Takes headers and body out of `item`. Nothing when the target
  /// is no path. Any number of threads may call this at once.
  std::optional<request> read(work_item& item);

private:
  class server;
  std::unique_ptr<server> server_;
};

} // namespace kodad::http
