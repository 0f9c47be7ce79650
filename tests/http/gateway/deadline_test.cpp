#include "tests/http/gateway/server_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

gateway_options hurried() {
  gateway_options options;
  options.connection.head_deadline = 50ms;
  options.connection.body_grace = 50ms;
  options.connection.body_bytes_per_second = 1'000'000;
  options.connection.idle = 10s;
  options.connection.reply_deadline = 50ms;
  return options;
}

} // namespace

TEST_CASE("a head that does not arrive in time gets 408") {
  server_fixture at(hurried());
  raw_client client(at.port());
  client.send("GET / HTTP/1.1\r\nHos");
  auto reply = client.read_reply();
  CHECK(reply.status == 408);
  CHECK(reply.body.find("request_timeout") != std::string::npos);
  CHECK(client.sees_end());
}

TEST_CASE("a body that comes too slowly gets 408") {
  server_fixture at(hurried());
  raw_client client(at.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab");
  CHECK(client.read_reply().status == 408);
  CHECK(client.sees_end());
}

TEST_CASE("a connection that ends within a request is answered") {
  server_fixture at;
  raw_client client(at.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab");
  client.end_sending();
  CHECK(client.read_reply().status == 400);
  CHECK(client.sees_end());
}

TEST_CASE("an idle connection ends without a word") {
  auto options = hurried();
  options.connection.idle = 50ms;
  server_fixture at(options);
  raw_client client(at.port());
  client.send(get(at.port(), "/echo"));
  CHECK(client.read_reply().status == 200);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("a request nobody answers gets 504, and its late answer is dropped") {
  server_fixture at(hurried());
  raw_client client(at.port());
  client.send(get(at.port(), "/keep"));
  auto token = at.kept();
  auto reply = client.read_reply();
  CHECK(reply.status == 504);
  CHECK(reply.body.find("\"code\":\"timeout\"") != std::string::npos);

  token.answer({.status = 200, .body = "late"});
  client.send(get(at.port(), "/echo"));
  CHECK(client.read_reply().body == "GET /echo  ");
}

TEST_CASE("fifty dripping clients do not hold up another") {
  server_fixture at;
  std::vector<raw_client> dripping;
  for (int i = 0; i < 50; ++i)
    dripping.emplace_back(at.port());
  std::string drops = get(at.port(), "/echo");
  raw_client other(at.port());
  for (size_t i = 0; i + 1 < drops.size(); ++i) {
    for (auto& client : dripping)
      REQUIRE(client.send(drops.substr(i, 1)));
    other.send(get(at.port(), "/echo"));
    REQUIRE(other.read_reply().status == 200);
  }
  for (auto& client : dripping) {
    client.send("\n");
    CHECK(client.read_reply().status == 200);
  }
}
