#include "proto/json/mend.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

TEST_CASE("what lacks its last braces gets them, anything else stays") {
  struct row {
    std::string text, closed;
  };
  const row rows[] = {
      {R"({"a":{})", R"({"a":{}})"},
      {R"({"a":[{"b":1)", R"({"a":[{"b":1}]})"},
      {R"({"a":"}\"{")", R"({"a":"}\"{"})"},
      {R"({"a":"\\")", R"({"a":"\\"})"},
      {R"({"a":1})", R"({"a":1})"},
      {R"({"a":"x)", R"({"a":"x)"},
      {R"({"a":"x\")", R"({"a":"x\")"},
      {"[[[[", "[[[["},
      {"]}", "]}"},
      {"", ""},
  };
  for (const auto& [text, closed] : rows) {
    INFO(text);
    CHECK(json::close_ends(text) == closed);
  }
}

TEST_CASE("half an emoji and bytes that are no UTF-8 are replaced") {
  CHECK(json::mend(R"(a\ud83d)") == R"(a\ufffd)");
  CHECK(json::mend(R"(\ud83d\ude00)") == R"(\ud83d\ude00)");
  CHECK(json::mend(R"(\\ud83d)") == R"(\\ud83d)");
  CHECK(json::mend("a\xff") == "a\ufffd");
}
