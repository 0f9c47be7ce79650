#include "tests/http/gateway/raw_client.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace kodad::http {

namespace {

constexpr int deadline_ms = 20'000;

size_t body_length(const raw_reply& reply) {
  auto text = reply.header("Content-Length");
  return text.empty() ? 0 : std::stoul(text);
}

} // namespace

std::string raw_reply::header(std::string_view name) const {
  auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos)
    return "";
  auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

raw_client::raw_client(uint16_t port, int receive_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes > 0)
    (void)::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    socket_.reset();
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool raw_client::receive() {
  pollfd waiting{fd(), POLLIN, 0};
  if (::poll(&waiting, 1, deadline_ms) != 1)
    return false;
  std::array<char, 65536> bytes;
  ssize_t got = ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (got <= 0)
    return false;
  take({bytes.data(), static_cast<size_t>(got)});
  return true;
}

void raw_client::take(std::string_view bytes) {
  if (is_chunked_)
    return take_chunks(bytes);
  received_.append(bytes);
  auto end = received_.find("\r\n\r\n");
  if (end == std::string::npos || received_.find("\r\nTransfer-Encoding: chunked\r\n") > end)
    return;
  is_chunked_ = true;
  auto body = received_.substr(end + 4);
  received_.resize(end + 4);
  take_chunks(body);
}

void raw_client::take_chunks(std::string_view bytes) {
  while (!bytes.empty() && is_chunked_) {
    if (chunk_left_ == 0) {
      chunk_line_ += bytes[0];
      bytes.remove_prefix(1);
      if (!chunk_line_.ends_with("\r\n"))
        continue;
      chunk_left_ = std::stoul(chunk_line_, nullptr, 16) + 2;
      chunk_line_.clear();
      is_last_chunk_ = chunk_left_ == 2;
      continue;
    }
    auto size = std::min(bytes.size(), chunk_left_);
    auto text = std::min(size, chunk_left_ - std::min<size_t>(chunk_left_, 2));
    received_.append(bytes.substr(0, text));
    bytes.remove_prefix(size);
    chunk_left_ -= size;
    if (chunk_left_ == 0 && is_last_chunk_) {
      saw_last_chunk_ = true;
      is_chunked_ = false;
    }
  }
  received_.append(bytes);
}

raw_reply raw_client::read_reply(expected shape) {
  raw_reply reply;
  reply.head = read_until("\r\n\r\n");
  if (!reply.head.ends_with("\r\n\r\n"))
    return {};
  reply.status = std::stoi(reply.head.substr(9, 3));
  size_t length = shape == expected::head_only ? 0 : body_length(reply);
  while (received_.size() < length && receive()) {
  }
  length = std::min(length, received_.size());
  reply.body = received_.substr(0, length);
  received_.erase(0, length);
  return reply;
}

std::string raw_client::read_until(std::string_view mark) {
  size_t searched = 0;
  for (;;) {
    auto at = received_.find(mark, searched);
    if (at != std::string::npos) {
      std::string out = received_.substr(0, at + mark.size());
      received_.erase(0, at + mark.size());
      return out;
    }
    searched = received_.size() - std::min(received_.size(), mark.size());
    if (!receive())
      return std::exchange(received_, {});
  }
}

std::string raw_client::read_to_end() {
  while (!saw_last_chunk_ && receive()) {
  }
  return std::exchange(received_, {});
}

bool raw_client::sees_end() {
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (receive()) {
  }
  return std::chrono::steady_clock::now() < end;
}

void raw_client::end_sending() {
  (void)::shutdown(fd(), SHUT_WR);
}

std::string get(uint16_t port, std::string_view path, std::string_view more) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\n" + std::string(more) + "\r\n";
}

std::string post(uint16_t port, std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

} // namespace kodad::http
