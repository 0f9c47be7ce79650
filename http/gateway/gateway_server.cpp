#include "http/gateway/gateway_server.hpp"

#include "http/gateway/descriptor_share.hpp"

#include <system_error>

namespace kodad::http {

namespace {

std::string authority(const std::string& host, uint16_t port) {
  bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace

gateway_server::gateway_server(gateway_options options, request_handler handler)
    : options_(std::move(options)), handler_(std::move(handler)),
      post_(std::make_shared<mailbox>()), hub_(std::make_shared<http::hub>(post_)),
      work_(options_.requests_waiting) {
  auto& limits = options_.connection;
  auto share = share_descriptors(descriptors_allowed(), limits.connections);
  if (share) {
    limits.connections = share->connections;
    limits.margin = std::min(limits.margin, share->margin);
  } else {
    shortage_ = share.failure();
  }
}

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
  if (shortage_)
    return *shortage_;
  uint16_t port = bound_port(listener);
  options_.door.port = port;
  options_.door.hosts.push_back(authority(options_.host, port)); // The URL that we announce.
  workers_ = std::make_unique<worker_pool>(work_, door(options_.door), handler_);
  reactor_ = std::make_unique<reactor>(options_, std::move(listener), post_, work_);
  if (auto problem = reactor_->problem())
    return *problem;
  drained_ = reactor_->drained();
  if (auto started = start_threads(); !started)
    return started.failure();
  return port;
}

proto::result<void> gateway_server::start_threads() {
  try {
    workers_->start(options_.workers);
    thread_ = std::thread([this] { reactor_->run(); });
    return {};
  } catch (const std::system_error& problem) {
    workers_->stop();
    return proto::make_error(proto::ec::invalid_value,
                             std::string("start the server's threads: ") + problem.what());
  }
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
