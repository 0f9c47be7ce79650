// ROUTES: the table of everything kodad answers, and the way from a request to its handler. Paths
// are matched segment by segment, never by regular expression. The handlers stand in http/routes/,
// one file per resource: parse, ask, shape; they decide nothing.
#pragma once

#include "http/gateway/request.hpp"
#include "http/gateway_actor.hpp"
#include "proto/limits/door.hpp"

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::http {

/// What the routes know of the host beside its actors.
struct host_facts {
  std::string version;
  proto::agent_id default_agent;
  proto::model_id default_model;
  std::vector<std::string> workspace_roots;
  std::vector<std::string> tools;
  size_t connections = 0;     ///< The door's cap as it is in force.
  std::string sandbox;        ///< "bubblewrap", "landlock", "unavailable" or "off".
  std::string sandbox_reason; ///< Why no better one; may be empty.
  std::atomic<bool> is_draining = false;
  /// False while what runs commands is being started anew; never null.
  std::shared_ptr<const std::atomic<bool>> has_tools = std::make_shared<std::atomic<bool>>(true);
  /// Since when storage takes no writes, on the steady clock; 0 while it does. Never null.
  std::shared_ptr<std::atomic<int64_t>> writes_refused_ms =
      std::make_shared<std::atomic<int64_t>>(0);
};

/// Everything a handler may use.
struct desk {
  gateway_actor gateway;
  gateway_actor urgent; ///< For cancels: never busy with writing pages of messages.
  actors::front_desk to;
  std::shared_ptr<host_facts> facts;
  std::shared_ptr<page_line> pages =
      std::make_shared<page_line>(proto::limits::pages_at_once, proto::limits::pages_waiting);
};

/// One request on its way through a handler.
struct call {
  const request& in;
  std::vector<std::string> ids; ///< The path's variable segments, in order.
  reply_token token;
  const desk& at;
};

struct route {
  std::string_view method;
  std::string_view path; ///< ":x" stands for any one segment.
  void (*handler)(call&);
};

/// All routes, in the order of the contract.
std::span<const route> all_routes();

/// Finds the route and calls its handler; answers 404, or 405 with Allow, otherwise.
void dispatch(const request& in, reply_token token, const desk& at);

} // namespace kodad::http
