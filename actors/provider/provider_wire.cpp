#include "actors/provider/provider_wire.hpp"

#include "proto/limits.hpp"

namespace kodad::actors {

http_request to_http(proto::provider::wire_request request) {
  http_request out;
  out.method = std::move(request.method);
  out.url = std::move(request.url);
  out.headers = std::move(request.headers);
  out.body = std::move(request.body);
  out.connect_deadline = proto::limits::connect_deadline;
  out.first_byte_deadline = proto::limits::first_byte_deadline;
  out.idle_deadline = proto::limits::stream_idle_deadline;
  return out;
}

} // namespace kodad::actors
