#include "tests/load/sockets.hpp"

#include "tests/load/options.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kodad::load {

namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_at_once(int fd) {
  int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int open_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

} // namespace

endpoint read_url(std::string_view url) {
  for (std::string_view start : {"http://127.0.0.1:", "http://localhost:"}) {
    if (!url.starts_with(start))
      continue;
    std::string_view rest = url.substr(start.size());
    uint16_t port = 0;
    auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
    std::string_view tail(end, rest.data() + rest.size());
    if (failure == std::errc{} && port != 0 && (tail.empty() || tail == "/"))
      return {port, "127.0.0.1:" + std::to_string(port)};
  }
  refuse("--url must be http://127.0.0.1:PORT, got: " + std::string(url));
}

int connect_loopback(uint16_t port) {
  int fd = open_socket();
  if (fd < 0)
    return -1;
  send_at_once(fd);
  auto address = loopback(port);
  int status = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (status == 0 || errno == EINPROGRESS)
    return fd;
  ::close(fd);
  return -1;
}

int listen_loopback(uint16_t port) {
  int fd = open_socket();
  int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  auto address = loopback(port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 4096) != 0)
    refuse("cannot listen on port " + std::to_string(port));
  return fd;
}

int accept_next(int listener) {
  int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0)
    send_at_once(fd);
  return fd;
}

int connect_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

void prepare_for_many_sockets() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

} // namespace kodad::load
