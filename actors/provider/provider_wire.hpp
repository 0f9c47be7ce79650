// PROVIDER WIRE: what a call needs to reach its provider, shared by all calls of one provider.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/ports.hpp"
#include "actors/provider/option_memory.hpp"
#include "proto/limits.hpp"
#include "proto/provider/adapter.hpp"

namespace kodad::actors {

/// How long a model call may take.
struct call_deadlines {
  std::chrono::milliseconds connect = proto::limits::connect_deadline;
  std::chrono::milliseconds first_byte = proto::limits::first_byte_deadline;
  std::chrono::milliseconds idle = proto::limits::stream_idle_deadline;
  std::chrono::milliseconds total = proto::limits::call_deadline;
};

struct provider_wire {
  proto::provider::endpoint to;
  std::shared_ptr<const proto::provider::adapter> format;
  std::shared_ptr<http_client> client;
  std::optional<credentials_actor> credentials; ///< Who says whom to call, where `to` does not.
  call_deadlines deadlines;
  std::shared_ptr<option_memory> refused = std::make_shared<option_memory>();
};

/// The HTTP request for what an adapter encoded.
http_request to_http(proto::provider::wire_request request, const call_deadlines& within = {});

} // namespace kodad::actors
