#include "http/gateway/socket.hpp"

#include "proto/limits.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kodad::http {

namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string place(const std::string& host, uint16_t port) {
  return host + ":" + std::to_string(port);
}

proto::error listen_error(const std::string& host, uint16_t port, const char* reason) {
  auto failure = proto::make_error(proto::ec::invalid_value,
                                   "listen on " + place(host, port) + ": " + std::string(reason));
  failure.field = "port";
  return failure;
}

void set_flag(int fd, int level, int option) {
  int on = 1;
  (void)::setsockopt(fd, level, option, &on, sizeof on);
}

} // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void descriptor::reset() {
  if (fd_ >= 0)
    (void)::close(std::exchange(fd_, -1));
}

proto::result<descriptor> listen_on(const std::string& host, uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::string service = std::to_string(port);
  int status = ::getaddrinfo(host.c_str(), service.c_str(), &wanted, &found);
  if (status != 0)
    return listen_error(host, port, ::gai_strerror(status));
  address_list addresses(found, &::freeaddrinfo);
  descriptor socket(
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket.is_open())
    return listen_error(host, port, std::strerror(errno));
  // Not SO_REUSEPORT: a second process could take a share of our clients.
  set_flag(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), static_cast<int>(proto::limits::listen_backlog)) != 0)
    return listen_error(host, port, std::strerror(errno));
  return socket;
}

uint16_t bound_port(const descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

descriptor accept_one(const descriptor& listener) {
  descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.is_open())
    set_flag(socket.get(), IPPROTO_TCP, TCP_NODELAY);
  return socket;
}

void close_socket(descriptor& socket, ending how) {
  if (!socket.is_open())
    return;
  if (how == ending::aborted) {
    // Behind bytes that nobody reads even our end would not arrive, and the kernel would keep them.
    linger none{.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  } else {
    (void)::shutdown(socket.get(), how == ending::cut ? SHUT_RDWR : SHUT_WR);
  }
  socket.reset();
}

} // namespace kodad::http
