#include "actors/provider/provider_wire.hpp"

namespace kodad::actors {

http_request to_http(proto::provider::wire_request request, const call_deadlines& within) {
  http_request out;
  out.method = std::move(request.method);
  out.url = std::move(request.url);
  out.headers = std::move(request.headers);
  out.body = std::move(request.body);
  out.connect_deadline = within.connect;
  out.first_byte_deadline = within.first_byte;
  out.idle_deadline = within.idle;
  out.total_deadline = within.total;
  return out;
}

} // namespace kodad::actors
