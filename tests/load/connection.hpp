// One client connection: opens, sends requests, reads responses, and says when it broke. Many of
// them share one read buffer, so that 10,000 idle streams cost the tester little memory.
#pragma once

#include "tests/load/poller.hpp"
#include "tests/load/response_reader.hpp"
#include "tests/load/sockets.hpp"

#include <string>
#include <string_view>

namespace kodad::load {

class connection_listener : public response_listener {
public:
  /// The connection is gone, `reason` says why; nothing else follows.
  virtual void on_broken(std::string_view reason) = 0;

protected:
  ~connection_listener() = default;
};

class connection final : private ready_handler {
public:
  connection(poller& loop, const endpoint& server, connection_listener& to);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool is_open() const { return fd_ >= 0; }

  /// Sends a request, opening the connection first if need be.
  void send(std::string_view request);
  void close();

private:
  void on_ready(uint32_t events) override;
  void open();
  void flush();
  void read();
  void fail(std::string_view reason);
  void watch(uint32_t events);

  poller& loop_;
  const endpoint& server_;
  connection_listener& to_;
  response_reader reader_;
  std::string unsent_;
  int fd_ = -1;
  uint32_t watched_ = 0;
  bool connected_ = false;
};

/// A whole request with a JSON body; no body when `body` is empty.
struct request_text {
  std::string_view method;
  std::string_view path;
  std::string_view body;
  std::string_view fields; ///< More head fields, each ended by CR LF.
};
std::string to_bytes(const request_text& request, const endpoint& server);

} // namespace kodad::load
