#include "http/gateway/path_prefix.hpp"

#include <doctest/doctest.h>

using namespace kodad::http;

TEST_CASE("a proxy's path is taken from its header, if it is a plain one") {
  auto prefix = [](const char* given) { return path_prefix_of({{"x-forwarded-prefix", given}}); };
  CHECK(path_prefix_of({}) == "");
  CHECK(prefix("/kodad") == "/kodad");
  CHECK(prefix("/a/b-c_d.e~f%20/") == "/a/b-c_d.e~f%20");
  for (const char* bad :
       {"", "/", "kodad", "//evil.example", "/a//b", "/a>; rel=x", "/a\"b", "/a b",
        "http://evil.example", "/a\r\nX: y", "/a\\b", "/a?b", "/\xc3\xa4"}) {
    CAPTURE(bad);
    CHECK(prefix(bad) == "");
  }
  CHECK(prefix(("/" + std::string(10'000, 'a')).c_str()) == "");
}

TEST_CASE("the paths that an answer names come back below it") {
  header_list headers{{"Location", "/sessions/a"},
                      {"Link", "</x?a=1>; rel=\"next\", </x?b=2>; rel=\"prev\""},
                      {"X-Other", "/x"}};
  auto unchanged = headers;
  add_path_prefix("", headers);
  CHECK(headers == unchanged);
  add_path_prefix("/k", headers);
  CHECK(headers[0].second == "/k/sessions/a");
  CHECK(headers[1].second == "</k/x?a=1>; rel=\"next\", </k/x?b=2>; rel=\"prev\"");
  CHECK(headers[2].second == "/x");
}
