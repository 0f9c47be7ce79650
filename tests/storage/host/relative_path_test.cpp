#include "storage/host/relative_path.hpp"

#include <doctest/doctest.h>

using namespace kodad::storage::host;
using kodad::proto::ec;

TEST_CASE("a path that stays inside becomes relative and plain") {
  struct {
    const char* path;
    const char* expected;
  } cases[] = {
      {"a", "a"},          {"./a//b/", "a/b"},     {"a/../b", "b"}, {".", "."},
      {"a/b/../..", "."},  {"/work/x", "x"},       {"/work", "."},  {"/work/./x/../y", "y"},
      {"/../work/x", "x"}, {"..a/b..", "..a/b.."},
  };
  for (const auto& each : cases) {
    CAPTURE(each.path);
    auto path = relative_path("/work", each.path);
    REQUIRE(path);
    CHECK(*path == each.expected);
  }
}

TEST_CASE("a path that leads out is denied") {
  for (const char* path : {"..", "../x", "a/../../x", "/", "/etc/passwd", "/work-secret/x",
                           "/work/../etc", "/wor", "./.././x", "//proc/self/root"}) {
    CAPTURE(path);
    auto refused = relative_path("/work", path);
    REQUIRE(!refused);
    CHECK(refused.failure().code == ec::tool_denied);
  }
}

TEST_CASE("an empty path and one with a NUL are invalid") {
  CHECK(relative_path("/work", "").failure().code == ec::tool_invalid_args);
  CHECK(relative_path("/work", std::string_view("a\0b", 3)).failure().code ==
        ec::tool_invalid_args);
}

TEST_CASE("names that steer git or kodad are protected in any case and depth") {
  for (const char* path : {".git", ".git/config", ".GIT/hooks/pre-commit", "sub/.git/x",
                           "kodad.yaml", "Kodad.YAML", ".kodad/agents/a.md", "sub/.Kodad"}) {
    CAPTURE(path);
    CHECK(is_protected(path));
  }
  for (const char* path : {".gitignore", "git/config", "kodad.yaml.txt", ".github/x", "."}) {
    CAPTURE(path);
    CHECK(!is_protected(path));
  }
}
