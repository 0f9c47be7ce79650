// PROVIDER WIRE: what a call needs to reach its provider, shared by all calls of one provider.
#pragma once

#include "actors/ports.hpp"
#include "proto/provider/adapter.hpp"

namespace kodad::actors {

struct provider_wire {
  proto::provider::endpoint to;
  std::shared_ptr<const proto::provider::adapter> format;
  std::shared_ptr<http_client> client;
};

/// The HTTP request for what an adapter encoded, with the deadlines of a model call.
http_request to_http(proto::provider::wire_request request);

} // namespace kodad::actors
