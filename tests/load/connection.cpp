#include "tests/load/connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kodad::load {

namespace {

// One for all: the tools have one thread, and no bytes stay in it between two calls.
std::array<char, 256 * 1024> shared_buffer;

} // namespace

connection::connection(poller& loop, const endpoint& server, connection_listener& to)
    : loop_(loop), server_(server), to_(to) {}

connection::~connection() {
  close();
}

void connection::send(std::string_view request) {
  unsent_.append(request);
  if (!is_open())
    open();
  if (connected_)
    flush();
}

void connection::close() {
  if (!is_open())
    return;
  loop_.remove(fd_);
  ::close(fd_);
  fd_ = -1;
  connected_ = false;
  unsent_.clear();
  reader_ = {};
}

void connection::open() {
  fd_ = connect_loopback(server_.port);
  if (!is_open())
    return fail("cannot connect");
  watched_ = EPOLLIN | EPOLLOUT;
  loop_.add(fd_, watched_, *this);
}

void connection::on_ready(uint32_t events) {
  if (!connected_) {
    if (int error = connect_error(fd_); error != 0)
      return fail(std::strerror(error));
    connected_ = true;
  }
  if (events & EPOLLOUT)
    flush();
  if (is_open() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
    read();
}

void connection::flush() {
  size_t sent = 0;
  while (sent < unsent_.size()) {
    auto count = ::send(fd_, unsent_.data() + sent, unsent_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN)
      break;
    if (count < 0)
      return fail("cannot send");
    sent += static_cast<size_t>(count);
  }
  unsent_.erase(0, sent);
  if (unsent_.empty())
    unsent_.shrink_to_fit();
  watch(unsent_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

// Reads once per readiness: level-triggered epoll comes back if there is more, after the others.
void connection::read() {
  auto count = ::recv(fd_, shared_buffer.data(), shared_buffer.size(), 0);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0) {
    bool proper = count == 0 && reader_.close(to_);
    return fail(proper ? "the server ended the stream" : "the server closed the connection");
  }
  if (!reader_.feed({shared_buffer.data(), static_cast<size_t>(count)}, to_))
    fail("not an HTTP response");
}

void connection::fail(std::string_view reason) {
  close();
  to_.on_broken(reason);
}

void connection::watch(uint32_t events) {
  if (events == watched_)
    return;
  watched_ = events;
  loop_.change(fd_, events, *this);
}

std::string to_bytes(const request_text& request, const endpoint& server) {
  std::string bytes;
  bytes.append(request.method).append(" ").append(request.path).append(" HTTP/1.1\r\nHost: ");
  bytes.append(server.host_header).append("\r\n").append(request.fields);
  if (!request.body.empty() || request.method == "POST") {
    bytes.append("Content-Type: application/json\r\nContent-Length: ");
    bytes.append(std::to_string(request.body.size())).append("\r\n");
  }
  return bytes.append("\r\n").append(request.body);
}

} // namespace kodad::load
