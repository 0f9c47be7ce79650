#include "proto/text/regex_literal.hpp"

#include <doctest/doctest.h>

#include <regex>

using namespace kodad::proto::text;

TEST_CASE("a literal fits its text and nothing else") {
  CHECK(regex_literal("a.b") == "a\\.b");
  CHECK(regex_literal("[x]-{1,2}") == "\\[x\\]\\-\\{1,2\\}");
  CHECK(regex_literal("a/b_c é") == "a/b_c é");
  for (const char* text : {"a.b*c", "(a|b)+?", "^$", "\\d", "[]{}"}) {
    CAPTURE(text);
    std::regex fits(regex_literal(text));
    CHECK(std::regex_match(text, fits));
    CHECK_FALSE(std::regex_match(std::string("a") + text, fits));
  }
}
