#include "http/gateway/pace.hpp"
#include "http/gateway/socket.hpp"
#include "tests/http/gateway/raw_client.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

/// A connection whose sender has filled all buffers. The time is made up.
class full_pipe {
public:
  full_pipe() {
    auto listener = listen_on("127.0.0.1", 0);
    REQUIRE(listener.ok());
    reader_ = std::make_unique<raw_client>(bound_port(*listener), 4096);
    while (!sender_.is_open())
      sender_ = accept_one(*listener);
    int size = 4096;
    (void)::setsockopt(sender_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fill();
  }

  void fill() {
    std::string text(4096, 'x');
    for (ssize_t got = 1; got > 0;) {
      got = ::send(sender_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (got > 0)
        speed.sent(static_cast<size_t>(got));
    }
    speed.fell_behind(sender_.get(), now);
  }

  /// The peer reads, and what is free is filled again.
  void read(size_t bytes) {
    std::string text(bytes, ' ');
    for (size_t have = 0; have < bytes;) {
      ssize_t got = ::recv(reader_->fd(), text.data(), bytes - have, 0);
      REQUIRE(got > 0);
      have += static_cast<size_t>(got);
      fill();
    }
  }

  bool is_hopeless() { return speed.is_hopeless(sender_.get(), now, 30s); }

  pace speed;
  instant now{};

private:
  std::unique_ptr<raw_client> reader_;
  descriptor sender_;
};

} // namespace

TEST_CASE("a peer that reads nothing for the window is hopeless") {
  full_pipe p;
  p.now += 30s;
  CHECK_FALSE(p.is_hopeless());
  p.now += 1ms;
  CHECK(p.is_hopeless());
}

TEST_CASE("a peer that reads a byte now and then is hopeless") {
  full_pipe p;
  for (int i = 0; i < 30; ++i) {
    p.now += 1s;
    CHECK_FALSE(p.is_hopeless());
    p.read(1);
  }
  p.now += 1ms;
  CHECK(p.is_hopeless());
}

TEST_CASE("a slow but steady peer is not hopeless, until it stops") {
  full_pipe p;
  for (int minute = 0; minute < 10; ++minute) {
    for (int i = 0; i < 60; ++i) {
      p.now += 1s;
      p.read(4096);
      CHECK_FALSE(p.is_hopeless());
    }
  }
  p.now += 61s; // The window that had begun, and a whole one.
  (void)p.is_hopeless();
  p.now += 31s;
  CHECK(p.is_hopeless());
}

TEST_CASE("a peer that has everything is not observed") {
  full_pipe p;
  p.speed.caught_up();
  p.now += 1h;
  CHECK_FALSE(p.is_hopeless());
}
