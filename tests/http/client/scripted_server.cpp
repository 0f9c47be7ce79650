#include "tests/http/client/scripted_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kodad::http {

namespace {

int bound_socket(int& port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  bind(fd, reinterpret_cast<sockaddr*>(&at), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(at.sin_port);
  return fd;
}

size_t content_length(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  auto at = head.find(name);
  size_t length = 0;
  if (at != std::string_view::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  return length;
}

} // namespace

bool peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool peer::send_stream_head() {
  return send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
              "Transfer-Encoding: chunked\r\n\r\n");
}

bool peer::send_chunk(std::string_view bytes) {
  char size[32];
  auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  return send(std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n");
}

void peer::await_close() {
  char byte = 0;
  while (recv(fd_, &byte, 1, 0) > 0) {
  }
}

void peer::reset() {
  linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

scripted_server::scripted_server(script answer)
    : answer_(std::move(answer)), listener_(bound_socket(port_)) {
  listen(listener_, 4096);
  acceptor_ = std::thread([this] { accept_all(); });
}

scripted_server::~scripted_server() {
  {
    std::lock_guard lock(guard_);
    stopping_ = true;
    for (int fd : open_)
      shutdown(fd, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& connection : connections_)
    connection.join();
  close(listener_);
}

std::string scripted_server::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void scripted_server::accept_all() {
  for (;;) {
    int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    std::lock_guard lock(guard_);
    if (stopping_) {
      close(fd);
      return;
    }
    open_.push_back(fd);
    connections_.emplace_back([this, fd] { serve(fd); });
  }
}

void scripted_server::serve(int fd) {
  std::string seen;
  char buffer[16 * 1024];
  for (;;) {
    auto head_end = seen.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      auto head = seen.substr(0, head_end + 4);
      auto length = content_length(head);
      if (seen.size() >= head.size() + length) {
        peer asker(fd, head, seen.substr(head.size(), length));
        answer_(asker);
        if (asker.head.empty())
          break; // The script wants the connection closed.
        seen.erase(0, head.size() + length);
        continue;
      }
    }
    auto got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0)
      break;
    seen.append(buffer, static_cast<size_t>(got));
  }
  std::lock_guard lock(guard_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  close(fd);
}

int closed_port() {
  int port = 0;
  int fd = bound_socket(port);
  close(fd);
  return port;
}

} // namespace kodad::http
