#include "http/gateway/request_router.hpp"

#include <algorithm>
#include <httplib.h>

namespace kodad::http {

namespace {

/// Text to read, nothing to write to.
class text_stream final : public httplib::Stream {
public:
  explicit text_stream(std::string_view text) : rest_(text) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    size_t taken = std::min(size, rest_.size());
    std::copy_n(rest_.data(), taken, to);
    rest_.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

private:
  std::string_view rest_;
};

/// Where the catch-all below leaves the decoded path of the request this thread is reading.
thread_local std::optional<std::string> decoded_path;

} // namespace

class request_router::server final : public httplib::Server {
public:
  server() {
    // The catch-all for every method. Not a pattern ".*" per method: 0.11.4 matches those with
    // std::regex, which costs a third of the throughput.
    set_pre_routing_handler([](const httplib::Request& in, httplib::Response&) {
      decoded_path = in.path;
      return HandlerResponse::Handled;
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& out, std::exception_ptr) {
      out.status = 500; // Says nothing: the default would send the exception's text.
    });
  }

  std::optional<std::string> decode_path(const request_head& head) {
    std::string text = head.method + " " + head.target +
                       " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    text_stream stream(text);
    bool closed = false;
    decoded_path.reset();
    (void)process_request(stream, true, closed, nullptr);
    return std::exchange(decoded_path, std::nullopt);
  }
};

request_router::request_router() : server_(std::make_unique<server>()) {}

request_router::~request_router() = default;

std::optional<request> request_router::read(work_item& item) {
  const std::string& target = item.head.target;
  auto path_end = std::min(target.find('?'), target.size());
  // Most paths have nothing to decode.
  bool is_plain = target.starts_with('/') && target.find('%') >= path_end;
  auto path = is_plain ? target.substr(0, path_end) : server_->decode_path(item.head);
  // httplib lets broken escapes pass; we do not.
  if (!path || !percent_decode(target.substr(0, path_end)))
    return std::nullopt;
  request out;
  out.method = item.head.method == "HEAD" ? "GET" : item.head.method;
  out.path = std::move(*path);
  out.raw_path = target.substr(0, path_end);
  out.query = target.substr(std::min(path_end + 1, target.size()));
  out.headers = std::move(item.head.headers);
  out.body = std::move(item.body);
  return out;
}

} // namespace kodad::http
