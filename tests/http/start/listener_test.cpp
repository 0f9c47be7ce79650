#include "http/start/listener.hpp"

#include <doctest/doctest.h>

using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

bool says(const kodad::proto::result<descriptor>& got, const char* text) {
  INFO((got ? "opened" : got.failure().context));
  bool fits = !got && got.failure().context.find(text) != std::string::npos;
  CHECK(fits);
  return fits;
}

} // namespace

TEST_CASE("addresses and names are listened on") {
  for (const char* host : {"127.0.0.1", "127.0.0.2", "::1", "localhost"}) {
    CAPTURE(host);
    auto opened = open_listener({host, 0, false}, 8s);
    REQUIRE(opened);
    CHECK(bound_port(*opened) != 0);
  }
}

TEST_CASE("an address that cannot be had is told by its name") {
  auto busy = open_listener({"127.0.0.1", 0, false}, 8s);
  REQUIRE(busy);
  CHECK(says(open_listener({"127.0.0.1", bound_port(*busy), false}, 8s), "already in use"));
  auto named = open_listener({"localhost", 0, false}, 8s);
  REQUIRE(named);
  CHECK(says(open_listener({"localhost", bound_port(*named), false}, 8s), "localhost: listen on "));
  CHECK(says(open_listener({"192.0.2.1", 0, true}, 8s), "listen on 192.0.2.1:0"));
  CHECK(says(open_listener({"192.0.2.1", 0, true}, 8s), "an address of this machine?"));
  CHECK(open_listener({"192.0.2.1", 0, true}, 8s).failure().field == "host");
  CHECK(open_listener({"127.0.0.1", bound_port(*busy), false}, 8s).failure().field != "host");
  CHECK(says(open_listener({"localhos", 0, true}, 8s), "find the address of localhos"));
  CHECK(says(open_listener({"[::1", 0, true}, 8s), "find the address of [::1"));
  CHECK(says(open_listener({"bad name", 0, true}, 8s), "find the address of bad name"));
}

TEST_CASE("a name that leads elsewhere does not let others in") {
  CHECK(says(open_listener({"0.0.0.0", 0, false}, 8s), "lets others in"));
  CHECK(says(open_listener({"::", 0, false}, 8s), "lets others in"));
  CHECK(open_listener({"0.0.0.0", 0, true}, 8s));
}

TEST_CASE("who lets others in is known without asking anybody") {
  for (const char* host : {"0.0.0.0", "::", "[::]", "192.0.2.1", "::ffff:10.0.0.1"})
    CHECK(lets_others_in(host));
  for (const char* host : {"127.0.0.1", "::1", "[::1]", "localhost", "kodad.example", ""})
    CHECK_FALSE(lets_others_in(host));
}

TEST_CASE("loopback is known in every spelling") {
  for (const char* host :
       {"localhost", "127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"})
    CHECK(is_loopback(host));
  for (const char* host : {"", "0.0.0.0", "::", "128.0.0.1", "127.0.0", "127.0.0.1.1", "::2",
                           "::ffff:10.0.0.1", "local", "[::1]", "127.0.0.256"})
    CHECK_FALSE(is_loopback(host));
}
