#include "proto/network.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

TEST_CASE("calls go by the proxy of their scheme, and loopback past it") {
  network_config by{"http://plain:1", "http://sealed:2", {}, ""};

  CHECK(proxy_for(by, "http://h/x") == "http://plain:1");
  CHECK(proxy_for(by, "https://h/x") == "http://sealed:2");
  CHECK(proxy_for(by, "HTTPS://h/x") == "http://sealed:2");
  for (auto url :
       {"http://localhost:1/", "http://a.localhost", "https://127.0.0.1/", "http://127.9.9.9",
        "http://[::1]:80/x", "http://0.0.0.0", "http://user@localhost/"})
    CHECK(proxy_for(by, url) == "");
  CHECK(proxy_for(by, "http://localhost.example") == "http://plain:1");
  CHECK(proxy_for({}, "http://h") == "");
}

TEST_CASE("hosts past the proxy are told as in NO_PROXY") {
  auto past = [](std::string_view list, std::string_view url) {
    network_config by{"http://p:1", "http://p:1", read_past_proxy(list), ""};
    return proxy_for(by, url).empty();
  };

  CHECK(past("example.com", "https://example.com/x"));
  CHECK(past("a.b, EXAMPLE.com ,c", "https://api.example.com"));
  CHECK(past(".example.com", "http://api.example.com"));
  CHECK(past("*.example.com", "http://api.example.com"));
  CHECK_FALSE(past("example.com", "https://notexample.com"));
  CHECK_FALSE(past("api.example.com", "https://example.com"));
  CHECK(past("*", "https://h"));
  CHECK(past("h:8080", "http://h:8080/x"));
  CHECK_FALSE(past("h:8080", "http://h/x"));
  CHECK(past("h:443", "https://h/x"));
  CHECK(past("10.0.0.0/8", "http://10.1.2.3"));
  CHECK_FALSE(past("10.0.0.0/8", "http://11.1.2.3"));
  CHECK(past("0.0.0.0/0", "http://11.1.2.3"));
  CHECK(past("[fe80::1]:80", "http://[fe80::1]/"));
  CHECK(past("fe80::1", "http://[fe80::1]:9/"));
  for (auto nothing : {"", " , ", ":", "/", "]:", "*."})
    CHECK_FALSE(past(nothing, "http://h"));
}

TEST_CASE("an address of a proxy has a scheme that is known, a host and no path") {
  for (auto good : {"http://h:3128", "h:3128", "https://u:p@h", "socks5h://h:1", "SOCKS5://h",
                    "http://h:1/", "http://[::1]:3128"})
    CHECK_MESSAGE(is_proxy_address(good), good);
  for (auto bad : {"", "ftp://h", "http://", "http://h:x", "http://h:99999", "http://h/path", "h h",
                   "http://h\n"})
    CHECK_FALSE_MESSAGE(is_proxy_address(bad), bad);
}
