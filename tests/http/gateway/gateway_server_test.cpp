#include "tests/http/gateway/server_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

TEST_CASE("a request reaches the handler in our own terms") {
  server_fixture at;
  raw_client client(at.port());

  client.send(get(at.port(), "/echo/a%20b?x=1&y=%3D=="));
  auto reply = client.read_reply();
  CHECK(reply.status == 200);
  CHECK(reply.body == "GET /echo/a b x=1&y=%3D== ");
  CHECK(reply.header("Content-Type") == "application/json");
  CHECK(reply.header("Connection") == "keep-alive");
  CHECK_FALSE(reply.header("Date").empty());

  client.send(post(at.port(), "/echo", R"({"a":1})"));
  CHECK(client.read_reply().body == R"(POST /echo  {"a":1})");
}

TEST_CASE("a request may come byte by byte") {
  server_fixture at;
  raw_client client(at.port());
  for (char c : post(at.port(), "/echo", "{}"))
    client.send({&c, 1});
  CHECK(client.read_reply().body == "POST /echo  {}");
}

TEST_CASE("pipelined requests are answered in order") {
  server_fixture at;
  raw_client client(at.port());
  client.send(get(at.port(), "/echo/1") + post(at.port(), "/echo/2", "{}") +
              get(at.port(), "/echo/3"));
  CHECK(client.read_reply().body == "GET /echo/1  ");
  CHECK(client.read_reply().body == "POST /echo/2  {}");
  CHECK(client.read_reply().body == "GET /echo/3  ");
}

TEST_CASE("a chunked body arrives whole") {
  server_fixture at;
  raw_client client(at.port());
  client.send("POST /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) +
              "\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked"
              "\r\n\r\n2\r\n{}\r\n1\r\n \r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "POST /echo  {} ");
}

TEST_CASE("a large body arrives whole") {
  server_fixture at;
  raw_client client(at.port());
  std::string body(5'000'000, 'x');
  client.send(post(at.port(), "/echo", body));
  CHECK(client.read_reply().body == "POST /echo  " + body);
}

TEST_CASE("a client that waits for 100 Continue gets it, unless its body is too large") {
  server_fixture at;
  raw_client client(at.port());
  std::string head = "POST /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) +
                     "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
  client.send(head + "Content-Length: 2\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  CHECK(client.read_reply().body == "POST /echo  {}");

  client.send(head + "Content-Length: 99999999999\r\n\r\n");
  CHECK(client.read_reply().status == 413);
  CHECK(client.sees_end());
}

TEST_CASE("HEAD is GET without the body") {
  server_fixture at;
  raw_client client(at.port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) + "\r\n\r\n" +
              get(at.port(), "/echo/next"));
  auto reply = client.read_reply(raw_client::expected::head_only);
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Length") == std::to_string(std::string("GET /echo  ").size()));
  CHECK(client.read_reply().body == "GET /echo/next  ");
}

TEST_CASE("whatever is refused gets an error body, its status and the end of the connection") {
  server_fixture at;
  std::string host = "Host: localhost:" + std::to_string(at.port()) + "\r\n";
  struct {
    int status;
    std::string code;
    std::string text;
  } cases[] = {
      {400, "invalid_request", "GARBAGE\r\n\r\n"},
      {400, "invalid_request", "GET / HTTP/1.1\r\n\r\n"},
      {400, "invalid_request",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {400, "invalid_request", "GET / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc"},
      {405, "method_not_allowed", "BREW / HTTP/1.1\r\n" + host + "\r\n"},
      {413, "body_too_large",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 999999999999\r\n\r\nabc"},
      {414, "head_too_large", "GET /" + std::string(100'000, 'a')},
      {431, "head_too_large", "GET / HTTP/1.1\r\nA: " + std::string(100'000, 'a')},
      {505, "invalid_request", "GET / HTTP/3.0\r\n" + host + "\r\n"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text.substr(0, 80));
    raw_client client(at.port());
    client.send(one.text);
    auto reply = client.read_reply();
    CHECK(reply.status == one.status);
    CHECK(reply.body.find("\"code\":\"" + one.code + "\"") != std::string::npos);
    CHECK(reply.header("Connection") == "close");
    CHECK(client.read_to_end() == "");
  }
}

TEST_CASE("a body that is too large is refused before it has come, and the answer is read") {
  server_fixture at;
  raw_client client(at.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2000001\r\n" +
              std::string(1'000'000, 'x'));
  CHECK(client.read_reply().status == 413);
}

TEST_CASE("half a request is answered when the server stops") {
  server_fixture at;
  std::string head = "POST /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) + "\r\n";
  raw_client in_head(at.port());
  raw_client in_body(at.port());
  in_head.send(head);
  in_body.send(head + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n");
  CHECK(in_body.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  in_body.send("{\"a\":");
  raw_client other(at.port());
  other.send(get(at.port(), "/echo"));
  CHECK(other.read_reply().status == 200); // By now the reactor has them all.
  at.server().stop();
  for (auto* client : {&in_head, &in_body}) {
    auto reply = client->read_reply();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
    CHECK(reply.header("X-Request-Id") != "");
    CHECK(reply.body.find("\"code\":\"draining\"") != std::string::npos);
    CHECK(client->sees_end());
  }
}

TEST_CASE("what fails inside while the host stops is the stop, and no fault") {
  gateway_options options;
  auto is_stopping = std::make_shared<std::atomic<bool>>(false);
  options.is_stopping = is_stopping;
  server_fixture at(options);
  raw_client client(at.port());
  client.send(get(at.port(), "/drop"));
  CHECK(client.read_reply().status == 500);
  *is_stopping = true;
  client.send(get(at.port(), "/drop"));
  auto reply = client.read_reply();
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After") == "1");
  CHECK(reply.body.find("\"code\":\"draining\"") != std::string::npos);
  client.send(get(at.port(), "/echo"));
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("the door stands before the handler") {
  gateway_options options;
  options.door.tokens = {"secret"};
  server_fixture at(options);
  std::string host = "Host: localhost:" + std::to_string(at.port()) + "\r\n";
  auto status = [&at](const std::string& head) {
    raw_client client(at.port());
    client.send("GET /echo HTTP/1.1\r\n" + head + "\r\n");
    return client.read_reply();
  };

  CHECK(status("Host: evil.com\r\n").status == 421);
  CHECK(status(host + "Origin: https://evil.com\r\n").status == 403);
  auto refused = status(host);
  CHECK(refused.status == 401);
  CHECK(refused.header("WWW-Authenticate") == "Bearer");
  CHECK(status(host + "Authorization: Bearer secret\r\n").status == 200);
}

TEST_CASE("a welcome origin gets CORS headers and its preflight answered") {
  gateway_options options;
  options.door.origins = {"https://app.example"};
  server_fixture at(options);
  raw_client client(at.port());

  client.send(get(at.port(), "/echo", "Origin: https://app.example\r\n"));
  CHECK(client.read_reply().header("Access-Control-Allow-Origin") == "https://app.example");
  client.send(get(at.port(), "/echo"));
  CHECK(client.read_reply().header("Access-Control-Allow-Origin") == "");
  client.send("OPTIONS /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) +
              "\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
  auto reply = client.read_reply();
  CHECK(reply.status == 204);
  CHECK(reply.header("Content-Length") == "");
  CHECK(reply.header("Access-Control-Allow-Methods").find("PUT") != std::string::npos);
}

TEST_CASE("only JSON bodies come in") {
  server_fixture at;
  raw_client client(at.port());
  std::string head = "POST /echo HTTP/1.1\r\nHost: localhost:" + std::to_string(at.port()) + "\r\n";
  client.send(head + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(client.read_reply().status == 415);
  client.send(head + "Content-Length: 2\r\n\r\n{}");
  CHECK(client.read_reply().status == 415);
  client.send(head + "\r\n");
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("a path may not hold broken escapes") {
  server_fixture at;
  raw_client client(at.port());
  for (const char* path : {"/a%", "/a%zz", "/a%0", "/%%41", "/a%+1"}) {
    CAPTURE(path);
    client.send(get(at.port(), path));
    CHECK(client.read_reply().status == 400);
  }
}

TEST_CASE("a dropped token and a throwing handler answer 500 and tell nothing") {
  server_fixture at;
  raw_client client(at.port());
  for (const char* path : {"/drop", "/throw"}) {
    client.send(get(at.port(), path));
    auto reply = client.read_reply();
    CHECK(reply.status == 500);
    CHECK(reply.body.find("\"code\":\"internal\"") != std::string::npos);
    CHECK((reply.head + reply.body).find("SECRET") == std::string::npos);
  }
}

TEST_CASE("the first answer counts, from any thread") {
  server_fixture at;
  raw_client client(at.port());
  client.send(get(at.port(), "/keep"));
  auto token = at.kept();
  CHECK(token.is_open());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([token] { token.answer({.status = 202, .body = "once"}); });
  for (auto& thread : threads)
    thread.join();
  CHECK(client.read_reply().status == 202);
  CHECK_FALSE(token.is_open());

  client.send(get(at.port(), "/echo"));
  CHECK(client.read_reply().body == "GET /echo  ");
}

TEST_CASE("a token knows when its client has left") {
  server_fixture at;
  raw_client client(at.port());
  client.send(get(at.port(), "/keep"));
  auto token = at.kept();
  client.close();
  while (token.is_open())
    std::this_thread::yield();
  token.answer({.status = 200});
}

TEST_CASE("a client that has ended its sending still gets its answer") {
  server_fixture at;
  raw_client client(at.port());
  client.send(get(at.port(), "/keep"));
  client.end_sending();
  auto token = at.kept();
  token.answer({.status = 200, .body = "late"});
  CHECK(client.read_reply().body == "late");
  CHECK(client.sees_end());
}

TEST_CASE("clients that vanish within a response harm nobody") {
  server_fixture at;
  for (int i = 0; i < 20; ++i) {
    raw_client client(at.port(), 4096);
    client.send(get(at.port(), "/big"));
    client.read_until("\r\n\r\n");
  }
  raw_client client(at.port());
  client.send(get(at.port(), "/big"));
  CHECK(client.read_reply().body.size() == 8 * 1024 * 1024);
}
