#include "http/gateway/descriptor_share.hpp"
#include "proto/limits/door.hpp"
#include "tests/http/gateway/stream_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

gateway_options capped(size_t connections, size_t margin) {
  gateway_options options;
  options.connection.connections = connections;
  options.connection.margin = margin;
  return options;
}

/// A connection that is known to be in: it has been answered.
raw_client settled(uint16_t port) {
  raw_client client(port);
  client.send(get(port, "/echo"));
  REQUIRE(client.read_reply().status == 200);
  return client;
}

std::string cancel(uint16_t port) {
  return "POST /sessions/x/cancel HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n\r\n";
}

} // namespace

TEST_CASE("the house keeps its share of the descriptors") {
  namespace limits = proto::limits;
  struct {
    size_t descriptors, wanted, connections;
  } cases[] = {{20'000, 16'384, 16'384}, {1024, 16'384, 448}, {1024, 100, 100},
               {4096, 16'384, 1792},     {96, 16'384, 42},    {SIZE_MAX, 16'384, 16'384}};
  for (const auto& one : cases) {
    CAPTURE(one.descriptors);
    auto share = share_descriptors(one.descriptors, one.wanted);
    REQUIRE(share.ok());
    CHECK(share->connections == one.connections);
    size_t house = one.descriptors - share->connections - share->margin;
    CHECK(house >= std::min(limits::house_descriptors, one.descriptors / 2));
  }
  for (size_t few : {size_t{0}, size_t{16}, limits::descriptors_least - 1}) {
    auto share = share_descriptors(few, 16'384);
    REQUIRE_FALSE(share.ok());
    CHECK(share.failure().context.find("ulimit -n") != std::string::npos);
  }
}

TEST_CASE("phases know who has been in them the longest") {
  connection_table table;
  instant now{};
  using phase = connection::phase;
  auto& a = table.add(descriptor(), now);
  auto& b = table.add(descriptor(), now + 1s);
  auto& c = table.add(descriptor(), now + 2s);
  CHECK(table.oldest(phase::idle) == &a);
  table.enter(a, phase::idle, now + 3s);
  CHECK(table.oldest(phase::idle) == &b);
  table.enter(c, phase::reading, now + 4s);
  CHECK(table.oldest(phase::reading) == &c);
  table.remove(b);
  CHECK(table.oldest(phase::idle) == &a);
  table.enter(a, phase::reading, now + 5s);
  CHECK(table.oldest(phase::idle) == nullptr);
  CHECK(table.oldest(phase::reading) == &c);
  table.remove(c);
  CHECK(table.oldest(phase::reading) == &a);
}

TEST_CASE("at the cap whoever has been silent the longest makes room, and is told so") {
  server_fixture at(capped(5, 2));
  std::vector<raw_client> silent;
  for (int i = 0; i < 5; ++i)
    silent.push_back(settled(at.port()));
  silent[0].send(get(at.port(), "/echo")); // It is not the most silent any more.
  CHECK(silent[0].read_reply().status == 200);

  auto fresh = settled(at.port());
  auto told = silent[1].read_reply();
  CHECK(told.status == 503);
  CHECK(told.header("Retry-After") == "1");
  CHECK(told.body.find("host_full") != std::string::npos);
  CHECK(silent[1].sees_end());
  silent[0].send(get(at.port(), "/echo"));
  CHECK(silent[0].read_reply().status == 200);
}

TEST_CASE("a hundred times as many silent clients as the cap keep nobody out") {
  server_fixture at(capped(20, 4));
  std::vector<raw_client> silent;
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 10; ++j)
      silent.emplace_back(at.port());
    raw_client other(at.port());
    other.send(get(at.port(), "/echo"));
    REQUIRE(other.read_reply().status == 200);
    if (silent.size() > 500)
      silent.erase(silent.begin(), silent.begin() + 250);
  }
}

TEST_CASE("a client whose request is on its way when it must go gets an answer") {
  server_fixture at(capped(5, 2));
  std::vector<raw_client> many;
  for (int i = 0; i < 60; ++i)
    many.emplace_back(at.port());
  settled(at.port());
  int served = 0;
  for (auto& client : many) {
    client.send(get(at.port(), "/echo"));
    auto reply = client.read_reply();
    CHECK((reply.status == 200 || reply.status == 503));
    served += reply.status == 200 ? 1 : 0;
  }
  CHECK(served > 0);
}

TEST_CASE(
    "requests that wait, and streams, are not closed for a newcomer, but urgent ones come in") {
  stream_fixture f(capped(4, 2));
  auto first = f.follow();
  auto second = f.follow();
  auto [waiting, token] = f.ask();
  auto [waiting_too, token_too] = f.ask();

  raw_client extra(f.at().port());
  extra.send(get(f.at().port(), "/echo"));
  auto reply = extra.read_reply();
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After") == "1");
  CHECK(extra.sees_end());
  for (int i = 0; i < 10; ++i) {
    raw_client urgent(f.at().port());
    urgent.send(get(f.at().port(), "/health"));
    CHECK(urgent.read_reply().status == 200);
    raw_client ending(f.at().port());
    ending.send(cancel(f.at().port()));
    CHECK(ending.read_reply().status == 200);
  }
  f.publish({delta(1, "still here")});
  CHECK(first.client.read_until("\n\n") == delta(1, "still here")->text);
  CHECK(second.client.read_until("\n\n") == delta(1, "still here")->text);
  token.answer({.status = 200, .body = "late"});
  CHECK(waiting.read_reply().body == "late");
  token_too.answer({.status = 200, .body = "late"});
  CHECK(waiting_too.read_reply().body == "late");
}

TEST_CASE("heads that never end make room, however many there are") {
  server_fixture at(capped(4, 2));
  std::vector<raw_client> unfinished;
  for (int i = 0; i < 40; ++i) {
    unfinished.emplace_back(at.port()).send("GET / HTTP/1.1\r\nHos");
    settled(at.port());
  }
  CHECK(unfinished[0].read_reply().status == 503);
}

TEST_CASE("without a free descriptor the silent make room, and nothing spins") {
  server_fixture at;
  auto before = settled(at.port());
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
  // All numbers below the limit are taken, so that nobody gets another.
  rlimit tight = old;
  tight.rlim_cur = 200;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  std::vector<descriptor> fillers;
  for (;;) {
    descriptor filler(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!filler.is_open())
      break;
    fillers.push_back(std::move(filler));
  }
  fillers.pop_back(); // For the client's side; the server has no number for its own.
  raw_client newcomer(at.port());
  newcomer.send(get(at.port(), "/echo"));
  CHECK(newcomer.read_reply().status == 200);
  CHECK(before.read_reply().status == 503); // It was silent.
  fillers.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
  settled(at.port());
}

TEST_CASE("a process with too few descriptors is told so at the start") {
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
  rlimit tight = old;
  tight.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  gateway_server server({}, [](const request&, const reply_token&) {});
  auto started = server.start();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
  REQUIRE_FALSE(started.ok());
  CHECK(started.failure().context.find("ulimit -n") != std::string::npos);
}

TEST_CASE("answers that nobody reads hold a bounded amount of memory") {
  gateway_options options;
  options.connection.bytes = 40 * 1024 * 1024;
  server_fixture at(options);
  std::vector<raw_client> deaf;
  for (int i = 0; i < 20; ++i)
    deaf.emplace_back(at.port(), 4096).send(get(at.port(), "/big")); // 8 MiB each.
  auto other = settled(at.port());
  int whole = 0;
  for (auto& client : deaf)
    whole += client.read_reply().body.size() == 8 * 1024 * 1024 ? 1 : 0;
  CHECK(whole >= 1);
  CHECK(whole <= 6);
  other.send(get(at.port(), "/big"));
  CHECK(other.read_reply().body.size() == 8 * 1024 * 1024);
}

TEST_CASE("requests that never end hold a bounded amount of memory") {
  gateway_options options;
  options.connection.bytes = 4 * 1024 * 1024;
  server_fixture at(options);
  std::vector<raw_client> hoarding;
  for (int i = 0; i < 100; ++i) {
    auto& client = hoarding.emplace_back(at.port());
    bool in_head = i % 2 == 0;
    client.send(in_head ? "GET / HTTP/1.1\r\nX: " + std::string(60'000, 'x')
                        : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                              std::string(90'000, 'x'));
  }
  auto other = settled(at.port());
  int told = 0;
  for (auto& client : hoarding)
    if (::recv(client.fd(), std::array<char, 1>().data(), 1, MSG_PEEK | MSG_DONTWAIT) == 1)
      told += client.read_reply().status == 503 ? 1 : 0;
  CHECK(told >= 30);
  CHECK(told < 70);
}

TEST_CASE("every answer has a request id, also those that no handler gives") {
  server_fixture at;
  raw_client client(at.port());
  client.send(get(at.port(), "/echo", "X-Request-Id: mine-1\r\n"));
  CHECK(client.read_reply().header("X-Request-Id") == "mine-1");
  client.send(get(at.port(), "/throw", "X-Request-Id: mine-2\r\n"));
  auto failed = client.read_reply();
  CHECK(failed.header("X-Request-Id") == "mine-2");
  CHECK(failed.body.find("\"request_id\":\"mine-2\"") != std::string::npos);
  CHECK(failed.body.find("SECRET") == std::string::npos);
  client.send("rubbish\r\n\r\n");
  CHECK(client.read_reply().header("X-Request-Id").starts_with("req_"));
}
