#include "http/gateway/request_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kodad::http;
using state = request_reader::state;

namespace {

reader_limits small_limits() {
  reader_limits limits;
  limits.body = 1000;
  return limits;
}

/// Feeds `text` at once and returns the status of the refusal, 0 for a complete request and -1 for
/// one that wants more.
int verdict(const std::string& text) {
  request_reader reader(small_limits());
  reader.feed(text);
  if (reader.now() == state::refused)
    return reader.refusal().status;
  return reader.now() == state::complete ? 0 : -1;
}

std::string with_headers(const std::string& lines, const std::string& method = "POST") {
  return method + " / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

const std::string chunked_request =
    with_headers("Transfer-Encoding: chunked\r\n") +
    "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
const std::string length_request =
    with_headers("X-Name:  some value \t\r\nContent-Length: 11\r\n") + "hello world";

struct bad_request {
  int status;
  std::string text;
};

const bad_request bad_requests[] = {
    // The request line.
    {400, "GET /\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/11\r\nHost: a\r\n\r\n"},
    {400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET  HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://a/ HTTP/1.1\r\n\r\n"},
    {400, "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {400, std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)},
    {400, "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, std::string("\x16\x03\x01\x02\x00", 5)},
    {405, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {405, "get / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {405, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
    {505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
    {414, "GET /" + repeat("a", 3000) + " HTTP/1.1\r\nHost: a\r\n\r\n"},
    {414, "GET /" + repeat("a", 9000)},
    // Header lines.
    {400, with_headers("Name : value\r\n")},
    {400, with_headers("Name\r\n")},
    {400, with_headers(": value\r\n")},
    {400, with_headers("Na(me: value\r\n")},
    {400, with_headers("Name: a\r\n folded\r\n")},
    {400, with_headers(" Name: a\r\n")},
    {400, with_headers(std::string("Name: a\0b\r\n", 11))},
    {400, with_headers("Name: a\rb\r\n")},
    {400, with_headers("Name: a\nb: c\r\n")},
    {431, with_headers(repeat("A: b\r\n", 120))},
    {431, with_headers("A: " + repeat("b", 70'000))},
    // Host.
    {400, "GET / HTTP/1.1\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    // Where the body ends.
    {400, with_headers("Content-Length: 5\r\nContent-Length: 5\r\n")},
    {400, with_headers("Content-Length: 5\r\nContent-Length: 6\r\n")},
    {400, with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
    {400, with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
    {400, with_headers("Content-Length: +5\r\n")},
    {400, with_headers("Content-Length: -1\r\n")},
    {400, with_headers("Content-Length: 5, 5\r\n")},
    {400, with_headers("Content-Length: zz\r\n")},
    {400, with_headers("Content-Length: 0x5\r\n")},
    {400, with_headers("Content-Length:\r\n")},
    {413, with_headers("Content-Length: 1001\r\n")},
    {413, with_headers("Content-Length: 99999999999999999999999\r\n")},
    {400, with_headers("Transfer-Encoding: gzip, chunked\r\n")},
    {400, with_headers("Transfer-Encoding: identity\r\n")},
    {400, with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {400, with_headers("Transfer-Encoding: chunked, identity\r\n")},
    {400, with_headers("Transfer-Encoding: chunked, chunked\r\n")},
    {400, with_headers("Transfer-Encoding: xchunked\r\n")},
    {400, with_headers("Transfer-Encoding: chunked;q=1\r\n")},
    {400, with_headers("Transfer-Encoding: \"chunked\"\r\n")},
    {400, with_headers("Transfer-Encoding:\r\n")},
    {400, with_headers("Transfer-Encoding: \vchunked\r\n")},
    {400, with_headers("Transfer-Encoding:\r\n chunked\r\n")},
    {400, with_headers("Transfer-Encoding : chunked\r\n")},
    {400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {400, "GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"},
    {400, with_headers("Content-Length: 5 5\r\n")},
    {400, with_headers("Content-Length: 5;x\r\n")},
    {400, with_headers("Content-Length: 1e2\r\n")},
    {400, with_headers("Content-Type: text/plain\r\nContent-Type: application/json\r\n")},
    {400, with_headers("Content-Length: 5\r\n", "GET")},
    {400, with_headers("Content-Length: 5\r\n", "DELETE")},
    {400, with_headers("Transfer-Encoding: chunked\r\n", "HEAD")},
    // Chunks.
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "zz\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0x5\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "-5\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + " 5\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5\nhello\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5\r\nhelloX\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;" + repeat("a", 300)},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + " 5;a\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;a;\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;=a\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;a=\"b\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;a\xff\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;a\rb\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5;a\nhello\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") +
              repeat("1;" + repeat("a", 200) + "\r\nx\r\n", 100)},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + repeat("0", 100) + "5\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5 5\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "5\t\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\nno trailer\r\n\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\n: a\r\n\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\nA : b\r\n\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\nA: b\r\n c: d\r\n\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\nA: b\n\r\n"},
    {400, with_headers("Transfer-Encoding: chunked\r\n") + "0\r\n" + repeat("A: b\r\n", 2000)},
    {413, with_headers("Transfer-Encoding: chunked\r\n") + "3e9\r\n"},
    {413, with_headers("Transfer-Encoding: chunked\r\n") + "fffffffffffffffff\r\n"},
    // What we do not take.
    {415, with_headers("Content-Encoding: gzip\r\nContent-Length: 5\r\n")},
    {415, with_headers("Content-Type: Multipart/form-data; boundary=x\r\n")},
    {417, with_headers("Expect: miracles\r\n")},
};

} // namespace

TEST_CASE("malformed requests are refused with the right status") {
  for (const auto& one : bad_requests) {
    CAPTURE(one.text.substr(0, 120));
    CHECK(verdict(one.text) == one.status);
  }
}

TEST_CASE("honest requests pass") {
  CHECK(verdict("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(verdict("\r\nGET / HTTP/1.0\r\nHost: a\r\n\r\n") == 0);
  CHECK(verdict("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(verdict(with_headers("")) == 0);
  CHECK(verdict(with_headers("Content-Length: 0\r\n", "DELETE")) == 0);
  CHECK(verdict(with_headers("Name: \xc3\xa4\r\n")) == 0);
  CHECK(verdict(with_headers("Content-Length: 1000\r\n") + std::string(1000, 'x')) == 0);
  CHECK(verdict(with_headers("Transfer-Encoding: Chunked\r\n") + "0\r\n\r\n") == 0);
  CHECK(verdict(with_headers("Content-Length: 5\r\n") + "hell") == -1);
  for (const char* extension : {";a", ";a=b", " ;a", "\t; a = b ", ";a=\"b;c d\";e"})
    CHECK(verdict(with_headers("Transfer-Encoding: chunked\r\n") + "5" + extension +
                  "\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n") == 0);
}

TEST_CASE("a request reads the same however its bytes are split") {
  for (const auto& text : {chunked_request, length_request}) {
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      request_reader reader(small_limits());
      size_t used = reader.feed(std::string_view(text).substr(0, cut));
      used += reader.feed(std::string_view(text).substr(cut));
      REQUIRE(reader.now() == state::complete);
      CHECK(used == text.size());
      CHECK(reader.body() == "hello world");
    }
    request_reader reader(small_limits());
    for (char c : text)
      reader.feed({&c, 1});
    REQUIRE(reader.now() == state::complete);
    CHECK(reader.body() == "hello world");
  }
}

TEST_CASE("header names come in lower case and values without blanks around") {
  request_reader reader(small_limits());
  reader.feed(length_request);
  CHECK(find_header(reader.head().headers, "x-name") == "some value");
}

TEST_CASE("a target in absolute form is the path behind it") {
  auto target = [](const std::string& given) {
    request_reader reader(small_limits());
    reader.feed("GET " + given + " HTTP/1.1\r\nHost: A:1\r\n\r\n");
    REQUIRE(reader.now() == state::complete);
    return reader.head().target;
  };
  CHECK(target("http://a:1/b?c=d") == "/b?c=d");
  CHECK(target("HTTP://A:1/") == "/");
  CHECK(target("http://a:1") == "/");
  CHECK(target("http://a:1?c") == "/?c");
}

TEST_CASE("the host of a target in absolute form stands for the Host header") {
  auto host = [](const std::string& given) {
    request_reader reader(small_limits());
    reader.feed("GET " + given + " HTTP/1.1\r\nHost: other.example\r\n\r\n");
    REQUIRE(reader.now() == state::complete);
    return std::string(find_header(reader.head().headers, "host").value_or(""));
  };
  CHECK(host("http://Name.example:1/b") == "name.example:1");
  CHECK(host("http://[::1]:1/") == "[::1]:1");
  CHECK(host("/b") == "other.example");
  CHECK(host("/http://name.example/") == "other.example");
  for (const char* bad : {"http:///b", "http://", "http://?a", "http://me@name.example/",
                          "https://name.example/", "ftp://name.example/", "http:/b", "name:1"}) {
    CAPTURE(bad);
    CHECK(verdict("GET " + std::string(bad) + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  }
  CHECK(verdict("GET http://a/ HTTP/1.1\r\n\r\n") == 400);
}

TEST_CASE("bytes behind a request are left for the next") {
  for (const auto& text : {chunked_request, length_request}) {
    request_reader reader(small_limits());
    CHECK(reader.feed(text + "GET /next") == text.size());
    CHECK(reader.now() == state::complete);
  }
}

TEST_CASE("a body's bytes are asked for only when it is within its limit") {
  request_reader reader(small_limits());
  reader.feed(with_headers("Expect: 100-continue\r\nContent-Length: 5\r\n"));
  CHECK(reader.awaits_continue());
  reader.feed("h");
  CHECK_FALSE(reader.awaits_continue());
  CHECK(verdict(with_headers("Expect: 100-continue\r\nContent-Length: 5000\r\n")) == 413);
  request_reader old(small_limits());
  old.feed("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK_FALSE(old.awaits_continue());
}

TEST_CASE("the connection is kept as version and header say") {
  auto kept = [](const std::string& version, const std::string& header) {
    request_reader reader(small_limits());
    reader.feed("GET / " + version + "\r\nHost: a\r\n" + header + "\r\n");
    return reader.head().keep_alive;
  };
  CHECK(kept("HTTP/1.1", ""));
  CHECK_FALSE(kept("HTTP/1.1", "Connection: Close\r\n"));
  CHECK_FALSE(kept("HTTP/1.0", ""));
  CHECK(kept("HTTP/1.0", "Connection: keep-alive\r\n"));
  CHECK(kept("HTTP/1.1", "Connection: enclose, x-close\r\n"));
  CHECK_FALSE(kept("HTTP/1.1", "Connection: keep-alive ,\tCLOSE\r\n"));
  CHECK_FALSE(kept("HTTP/1.0", "Connection: not-keep-alive\r\n"));
  CHECK_FALSE(kept("HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n"));
}
