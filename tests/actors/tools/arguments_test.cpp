#include "actors/tools/catalog.hpp"
#include "actors/tools/tool.hpp"
#include "proto/json/reader.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace kodad::actors;
using kodad::proto::ec;

TEST_CASE("arguments are read however models spell them") {
  auto given = tool_arguments::parse(
      R"({"file_path":"a","limit":"20","offset":3.0,"replaceAll":"true","x":null,"n":7,"b":true})");
  REQUIRE(given);
  CHECK(given->text({"filePath", "file_path"}) == "a");
  CHECK(given->number({"limit"}).value() == 20);
  CHECK(given->number({"offset"}).value() == 3);
  CHECK(given->flag({"replaceAll"}));
  CHECK(given->flag({"b"}));
  CHECK(!given->text({"x"}));
  CHECK(given->text({"n"}) == "7");
  CHECK(!given->number({"none"}).value());
  CHECK(!given->flag({"none"}));
}

TEST_CASE("of two equal keys the last counts, as in any JSON client") {
  auto given = tool_arguments::parse(R"({"command":"ls","command":"rm"})");
  REQUIRE(given);
  CHECK(given->text({"command"}) == "rm");
  CHECK(subject_of("bash", R"({"command":"ls","command":"rm"})") == "rm");
}

TEST_CASE("what is no object or no number is said") {
  for (const char* text : {"[]", "{", "1", R"("x")"}) {
    CAPTURE(text);
    CHECK(tool_arguments::parse(text).failure().code == ec::tool_invalid_args);
  }
  CHECK(tool_arguments::parse("").ok());
  auto given = tool_arguments::parse(R"({"limit":"many","offset":1e300})");
  REQUIRE(given);
  CHECK(given->number({"limit"}).failure().code == ec::tool_invalid_args);
  CHECK(given->number({"offset"}).failure().code == ec::tool_invalid_args);
}

TEST_CASE("the subject of a call is what the tool will act on") {
  struct {
    const char* tool;
    const char* input;
    const char* expected;
  } cases[] = {
      {"read", R"({"filePath":"./a/../b/c"})", "b/c"},
      {"read", R"({"file_path":"/work/b"})", "b"},
      {"write", R"({"path":"../out","content":""})", "../out"},
      {"edit", R"({"filePath":"/etc/passwd"})", "/etc/passwd"},
      {"bash", R"({"cmd":"git status"})", "git status"},
      {"bash", R"({"command":"ls","timeout":5})", "ls"},
      {"grep", R"({"pattern":"x"})", "."},
      {"glob", R"({"pattern":"*","path":"/work/src/"})", "src"},
      {"read", "no json", ""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.input);
    CHECK(subject_of(each.tool, each.input, "/work") == each.expected);
  }
  CHECK(subject_of("read", R"({"filePath":"/work/b"})") == "/work/b");
}

TEST_CASE("every tool has a schema that is JSON and says what reads only") {
  kodad::proto::json::parser reading;
  std::vector<std::string> names;
  for (const auto& spec : tool_specs()) {
    CAPTURE(spec.name);
    names.push_back(spec.name);
    CHECK(reading.parse_object(spec.schema.text).ok());
    CHECK(!spec.description.empty());
    bool reads = spec.name != "bash" && spec.name != "edit" && spec.name != "write";
    CHECK(spec.read_only == reads);
  }
  CHECK(names ==
        std::vector<std::string>{"bash", "edit", "glob", "grep", "question", "read", "write"});
}
