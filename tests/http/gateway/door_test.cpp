#include "http/gateway/door.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;

namespace {

door_options options() {
  return {.port = 4100,
          .hosts = {"kodad.example", "Other.example:8443"},
          .origins = {"https://app.example"},
          .tokens = {}};
}

std::string word(const header_list& headers, const door_options& with = options()) {
  auto bad = door(with).refusal(headers);
  return bad ? std::string(proto::to_word(bad->code)) : "";
}

std::string word_for_host(const std::string& host) {
  return word({{"host", host}});
}

std::string word_for_origin(const std::string& origin) {
  return word({{"host", "localhost:4100"}, {"origin", origin}});
}

} // namespace

TEST_CASE("our own names come in, with our port") {
  for (const char* host : {"127.0.0.1:4100", "localhost:4100", "LOCALHOST:4100", "[::1]:4100",
                           "kodad.example", "kodad.example:80", "other.EXAMPLE:8443"}) {
    CAPTURE(host);
    CHECK(word_for_host(host) == "");
  }
}

TEST_CASE("other names stay outside") {
  for (const char* host : {"evil.com",
                           "evil.com:4100",
                           "0.0.0.0:4100",
                           "127.0.0.1.evil.com:4100",
                           "localhost.:4100",
                           "2130706433:4100",
                           "",
                           ":4100",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:4101",
                           "127.0.0.1:04100",
                           "127.0.0.1:4100:4100",
                           "user@127.0.0.1:4100",
                           "[::1",
                           "[::1]4100",
                           "[::2]:4100",
                           "127.0.0.1:99999999",
                           "127.0.0.2:4100",
                           "other.example",
                           "localhost:4100 x",
                           "127.1:4100",
                           "localhost\t:4100",
                           "kodad.example.evil.com"}) {
    CAPTURE(host);
    CHECK(word_for_host(host) == "host_not_allowed");
  }
}

TEST_CASE("a name without a port fits port 80 only") {
  door_options at_80;
  at_80.port = 80;
  CHECK(word({{"host", "localhost"}}, at_80) == "");
  CHECK(word({{"host", "localhost:80"}}, at_80) == "");
}

TEST_CASE("only our own and the configured origins come in") {
  for (const char* origin : {"http://localhost:4100", "http://127.0.0.1:4100", "http://[::1]:4100",
                             "http://kodad.example", "https://app.example"}) {
    CAPTURE(origin);
    CHECK(word_for_origin(origin) == "");
  }
  for (const char* origin : {"null",
                             "",
                             "https://evil.com",
                             "http://localhost.evil.com",
                             "http://localhost:4100.evil.com",
                             "http://127.0.0.1.evil.com:4100",
                             "file://",
                             "HTTP://LOCALHOST:4100",
                             "http://localhost:4101",
                             "http://localhost",
                             "https://app.example.evil.com",
                             "https://app.example:444",
                             "http://localhost:4100/path",
                             "ftp://localhost:4100",
                             "https://localhost:4100",
                             "https://127.0.0.1:4100",
                             "https://[::1]:4100",
                             "https://kodad.example",
                             "//localhost:4100",
                             "localhost:4100",
                             "http://user@localhost:4100",
                             "http://localhost:4100/",
                             "http://localhost:4100 "}) {
    CAPTURE(origin);
    CHECK(word_for_origin(origin) == "origin_not_allowed");
  }
}

TEST_CASE("requests that other sites cause stay outside") {
  header_list headers = {{"host", "localhost:4100"}, {"sec-fetch-site", "cross-site"}};
  CHECK(word(headers) == "origin_not_allowed");
  headers[1].second = "same-origin";
  CHECK(word(headers) == "");
  headers = {{"host", "localhost:4100"},
             {"sec-fetch-site", "cross-site"},
             {"origin", "https://app.example"}};
  CHECK(word(headers) == "");
  CHECK(door(options()).welcome_origin(headers) == "https://app.example");
}

TEST_CASE("with tokens configured every request needs one") {
  auto with = options();
  with.tokens = {"first-token", "second-token"};
  auto word_for = [&with](const std::string& value) {
    return word({{"host", "localhost:4100"}, {"authorization", value}}, with);
  };

  CHECK(word({{"host", "localhost:4100"}}, with) == "unauthorized");
  CHECK(word_for("Bearer first-token") == "");
  CHECK(word_for("bearer  second-token ") == "");
  for (const std::string& value :
       {std::string("Bearer first-toke"), std::string("Bearer first-token2"), std::string("Bearer"),
        std::string("Bearer "), std::string("first-token"), std::string("Basic first-token"),
        "Bearer " + std::string(100'000, 'x')})
    CHECK(word_for(value) == "unauthorized");
  CHECK(word({{"host", "localhost:4100"},
              {"authorization", "Bearer first-token"},
              {"authorization", "Bearer first-token"}},
             with) == "unauthorized");
}
