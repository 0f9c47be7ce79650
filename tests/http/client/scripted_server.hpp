// A SCRIPTED SERVER: a loopback HTTP/1.1 server on raw sockets, one thread for each connection. It
// reads a whole request and lets a script answer it, byte by byte if need be.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kodad::http {

/// One accepted connection, in the hands of a script.
class peer {
public:
  peer(int fd, std::string asked_head, std::string asked_body)
      : head(std::move(asked_head)), body(std::move(asked_body)), fd_(fd) {}

  /// False once the client is gone.
  bool send(std::string_view bytes);

  /// "200 OK" and a chunked event stream.
  bool send_stream_head();
  bool send_chunk(std::string_view bytes);
  bool send_last_chunk() { return send("0\r\n\r\n"); }

  /// Waits until the client closes.
  void await_close();

  /// Ends the connection with a reset.
  void reset();

  std::string head; ///< Of the request, as it came.
  std::string body;

private:
  int fd_;
};

class scripted_server {
public:
  using script = std::function<void(peer&)>;

  explicit scripted_server(script answer);
  ~scripted_server();

  std::string url(std::string_view path = "/") const;

private:
  void accept_all();
  void serve(int fd);

  script answer_;
  int port_ = 0;
  int listener_;
  std::mutex guard_;
  std::vector<int> open_; ///< Under `guard_`.
  bool stopping_ = false; ///< Under `guard_`.
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

/// A port on which nobody listens.
int closed_port();

} // namespace kodad::http
