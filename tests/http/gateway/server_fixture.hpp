// A RUNNING SERVER for tests, with a small set of paths that show what a handler can do:
//   /echo      the request as text: method, path, query, body
//   /drop      forgets its token          /throw    throws
//   /keep      keeps the token for the test to take (`kept`)
//   /big       a body of 8 MiB            /hold     holds the worker until `let_go`
//   /health    "{}"
#pragma once

#include "http/gateway/gateway_server.hpp"
#include "tests/http/gateway/raw_client.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace kodad::http {

class server_fixture {
public:
  explicit server_fixture(gateway_options options = {})
      : server_(std::move(options),
                [this](const request& in, reply_token token) { answer(in, std::move(token)); }) {
    auto started = server_.start();
    REQUIRE(started.ok());
    port_ = *started;
  }

  ~server_fixture() { let_go(); }

  uint16_t port() const { return port_; }
  gateway_server& server() { return server_; }

  /// Waits for the next token of /keep.
  reply_token kept() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !kept_.empty(); }));
    auto token = std::move(kept_.front());
    kept_.erase(kept_.begin());
    return token;
  }

  /// Waits until `count` workers are held.
  void wait_for_held(size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20),
                              [this, count] { return held_ >= count; }));
  }

  void let_go() {
    std::lock_guard lock(mutex_);
    gone_on_ = true;
    changed_.notify_all();
  }

private:
  void answer(const request& in, reply_token token) {
    if (in.path == "/throw")
      throw std::runtime_error("SECRET /home/x/.env");
    if (in.path == "/drop")
      return;
    if (in.path == "/keep")
      return keep(std::move(token));
    if (in.path == "/hold")
      hold();
    response reply;
    reply.body = in.path == "/big" ? std::string(8 * 1024 * 1024, 'x')
                                   : in.method + " " + in.path + " " + in.query + " " + in.body;
    token.answer(std::move(reply));
  }

  void keep(reply_token token) {
    std::lock_guard lock(mutex_);
    kept_.push_back(std::move(token));
    changed_.notify_all();
  }

  void hold() {
    std::unique_lock lock(mutex_);
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return gone_on_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<reply_token> kept_;
  size_t held_ = 0;
  bool gone_on_ = false;
  uint16_t port_ = 0;
  gateway_server server_; // Last: its workers use what stands above.
};

} // namespace kodad::http
