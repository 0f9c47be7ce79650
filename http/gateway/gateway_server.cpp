#include "http/gateway/gateway_server.hpp"

namespace kodad::http {

gateway_server::gateway_server(gateway_options options, request_handler handler)
    : options_(std::move(options)), handler_(std::move(handler)),
      post_(std::make_shared<mailbox>()), hub_(std::make_shared<http::hub>(post_)),
      work_(options_.requests_waiting) {}

gateway_server::~gateway_server() {
  stop();
}

proto::result<uint16_t> gateway_server::start() {
  auto listener = listen_on(options_.host, options_.port);
  if (!listener)
    return listener.failure();
  return start(std::move(*listener));
}

proto::result<uint16_t> gateway_server::start(descriptor listener) {
  uint16_t port = bound_port(listener);
  options_.door.port = port;
  workers_ = std::make_unique<worker_pool>(work_, door(options_.door), handler_);
  reactor_ = std::make_unique<reactor>(options_, std::move(listener), post_, work_);
  if (!reactor_->is_open())
    return proto::make_error(proto::ec::internal, "start the gateway: no descriptors");
  drained_ = reactor_->drained();
  workers_->start(options_.workers);
  thread_ = std::thread([this] { reactor_->run(); });
  return port;
}

void gateway_server::stop_accepting() {
  post_->post(lifecycle::stop_accepting);
}

bool gateway_server::drain(std::chrono::milliseconds deadline) {
  if (!thread_.joinable())
    return true;
  post_->post(lifecycle::drain);
  return drained_.wait_for(deadline) == std::future_status::ready;
}

void gateway_server::stop() {
  if (!thread_.joinable())
    return;
  workers_->stop(); // First: their last answers can then still leave.
  post_->post(lifecycle::stop);
  thread_.join();
}

} // namespace kodad::http
