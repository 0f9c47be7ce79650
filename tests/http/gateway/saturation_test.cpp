#include "tests/http/gateway/server_fixture.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

size_t resident_bytes() {
  FILE* file = std::fopen("/proc/self/statm", "r");
  REQUIRE(file != nullptr);
  size_t pages = 0;
  size_t resident = 0;
  REQUIRE(std::fscanf(file, "%zu %zu", &pages, &resident) == 2);
  std::fclose(file);
  return resident * 4096;
}

} // namespace

TEST_CASE("health is answered while every worker is held and the queue is full") {
  gateway_options options;
  options.workers = 2;
  options.requests_waiting = 3;
  server_fixture at(options);
  std::vector<raw_client> held;
  for (size_t i = 0; i < 2; ++i) {
    held.emplace_back(at.port()).send(get(at.port(), "/hold"));
    at.wait_for_held(i + 1);
  }
  // Three more fit into the queue; of the next four, all are told to come back.
  std::vector<raw_client> more;
  for (size_t i = 0; i < 7; ++i)
    more.emplace_back(at.port()).send(get(at.port(), "/echo"));
  raw_client urgent(at.port());

  urgent.send(get(at.port(), "/health"));
  CHECK(urgent.read_reply().status == 200);
  urgent.send("POST /sessions/x/cancel HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) +
              "\r\n\r\n");
  CHECK(urgent.read_reply().status == 200);
  at.let_go();

  int full = 0;
  for (auto& client : more) {
    auto reply = client.read_reply();
    full += reply.status == 503 ? 1 : 0;
    CHECK((reply.status == 200 || reply.header("Retry-After") == "1"));
  }
  CHECK(full == 4);
}

TEST_CASE("a second server cannot take the port") {
  server_fixture at;
  gateway_options options;
  options.port = at.port();
  gateway_server second(options, [](const request&, const reply_token&) {});
  auto started = second.start();
  REQUIRE_FALSE(started.ok());
  CHECK(started.failure().context ==
        "listen on 127.0.0.1:" + std::to_string(at.port()) + ": Address already in use");
}

TEST_CASE("running out of descriptors does not stop the server") {
  server_fixture at;
  raw_client before(at.port());
  before.send(get(at.port(), "/echo"));
  CHECK(before.read_reply().status == 200);
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
  // Ours are the lowest numbers: with all of them taken nobody gets another.
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(before.fd()) + 4;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  std::vector<raw_client> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back(at.port());
  // Answered, unless it was silent for the longest just when somebody needed room: then told so.
  before.send(get(at.port(), "/echo"));
  auto status = before.read_reply().status;
  CHECK((status == 200 || status == 503));
  clients.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);

  raw_client after(at.port());
  after.send(get(at.port(), "/echo"));
  CHECK(after.read_reply().status == 200);
}

TEST_CASE("two thousand idle connections cost little") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  server_fixture at;
  constexpr size_t count = 2000;
  std::vector<raw_client> clients;
  clients.reserve(count);
  raw_client warm(at.port());
  warm.send(get(at.port(), "/echo"));
  warm.read_reply();
  size_t before = resident_bytes();
  for (size_t i = 0; i < count; ++i) {
    clients.emplace_back(at.port()).send(get(at.port(), "/echo"));
    REQUIRE(clients.back().read_reply().status == 200);
  }
  size_t grown = resident_bytes() - before;
  MESSAGE("bytes per idle connection: " << grown / count);
  // The sanitizers keep freed memory to themselves.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(grown / count < 1024);
#endif
  warm.send(get(at.port(), "/echo"));
  CHECK(warm.read_reply().status == 200);
}

TEST_CASE("draining finishes what is in flight and refuses what is new") {
  server_fixture at;
  raw_client waiting(at.port());
  raw_client idle(at.port());
  waiting.send(get(at.port(), "/keep"));
  idle.send(get(at.port(), "/echo"));
  idle.read_reply();
  auto token = at.kept();

  CHECK_FALSE(at.server().drain(0ms));
  CHECK(idle.sees_end());
  token.answer({.status = 200, .body = "done"});
  auto reply = waiting.read_reply();
  CHECK(reply.body == "done");
  CHECK(reply.header("Connection") == "close");
  at.server().stop();
  raw_client late(at.port());
  CHECK(late.fd() < 0);
}

TEST_CASE("who still waits when the server stops is told, and the token outlives it") {
  reply_token token;
  {
    server_fixture at;
    raw_client client(at.port());
    client.send(get(at.port(), "/keep"));
    token = at.kept();
    at.server().stop();
    auto reply = client.read_reply();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
    CHECK(reply.body.find("\"code\":\"draining\"") != std::string::npos);
    CHECK(client.sees_end());
  }
  CHECK_FALSE(token.is_open());
  token.answer({.status = 200});
}
