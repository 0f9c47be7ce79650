#include "http/client/curl_client.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace kodad::http {

proto::result<std::unique_ptr<actors::http_client>> start_client(client_options options) {
  static const auto initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK)
    return proto::make_error(proto::ec::internal, "initialise libcurl");
  if (!options.ca_file.empty() && ::access(options.ca_file.c_str(), R_OK) != 0)
    return proto::make_error(proto::ec::invalid_value,
                             "ca_file " + options.ca_file + ": expected a file that can be read");
  auto client = std::make_unique<curl_client>(std::move(options));
  if (!client->is_open())
    return proto::make_error(proto::ec::internal, "start the HTTP client: no descriptors");
  return std::unique_ptr<actors::http_client>(std::move(client));
}

event_descriptor::event_descriptor() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

event_descriptor::~event_descriptor() {
  if (fd_ >= 0)
    close(fd_);
}

curl_client::curl_client(client_options options) : loop_(std::move(options), wake_.get()) {
  if (is_open())
    thread_ = std::thread([this] { run(); });
}

curl_client::~curl_client() {
  stopping_ = true;
  ring();
  if (thread_.joinable())
    thread_.join();
}

actors::exchange_key curl_client::start(actors::http_request request,
                                        std::shared_ptr<actors::http_listener> listener) {
  auto key = ++last_key_;
  put(start_command{key, std::move(request), std::move(listener)});
  return key;
}

void curl_client::cancel(actors::exchange_key exchange) {
  put(exchange);
}

void curl_client::put(command wanted) {
  bool first = false;
  {
    std::lock_guard lock(guard_);
    first = queue_.empty();
    queue_.push_back(std::move(wanted));
  }
  if (first)
    ring();
}

void curl_client::ring() {
  uint64_t one = 1;
  [[maybe_unused]] auto sent = write(wake_.get(), &one, sizeof one);
}

void curl_client::run() {
  while (!stopping_) {
    loop_.turn();
    obey();
  }
  // A listener may start something new while it hears of its end.
  do
    loop_.cancel_all();
  while (obey());
}

bool curl_client::obey() {
  std::vector<command> wanted;
  {
    std::lock_guard lock(guard_);
    wanted.swap(queue_);
  }
  for (auto& one : wanted) {
    if (auto* key = std::get_if<actors::exchange_key>(&one))
      loop_.cancel(*key);
    else
      loop_.start(std::move(std::get<start_command>(one)));
  }
  return !wanted.empty();
}

} // namespace kodad::http
