#include "proto/git/pointer.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::git;

TEST_CASE("a path is inside only if no link on its way could lead elsewhere") {
  struct row {
    const char* base;
    const char* target;
    std::optional<std::string> inside;
  };
  const row rows[] = {
      {"a", "b", "a/b"},
      {".", "b/./c//d", "b/c/d"},
      {"a/b", "../..", "."},
      {"a/b", "../c", "a/c"},
      {"a/b", "../../..", std::nullopt},
      {".", "..", std::nullopt},
      {"a", "b/../c", std::nullopt},
      {"a", "/ws/x", "x"},
      {"a", "/ws", "."},
      {"a", "/ws/", "."},
      {"a", "/wsx", std::nullopt},
      {"a", "/ws/../etc", std::nullopt},
      {"a", "/etc", std::nullopt},
      {"a", "../ws/x", "ws/x"},
  };
  for (const auto& one : rows) {
    CAPTURE(one.base);
    CAPTURE(one.target);
    CHECK(path_inside("/ws", one.base, one.target) == one.inside);
  }
  CHECK(path_inside("/", ".", "/etc/x") == "etc/x");
}

TEST_CASE("a .git file is one line that begins with gitdir") {
  CHECK(read_git_file("gitdir: ../x\n") == "../x");
  CHECK(read_git_file("gitdir: x y") == "x y");
  CHECK_FALSE(read_git_file("gitdir:x\n"));
  CHECK_FALSE(read_git_file("gitdir: x\ny\n"));
  CHECK_FALSE(read_git_file("gitdir: x\r\n"));
  CHECK_FALSE(read_git_file("gitdir: "));
  CHECK_FALSE(read_git_file(""));
}

TEST_CASE("commands are taken out of a todo list, however they are written") {
  CHECK_FALSE(without_commands("pick 1234 exec\n# exec x\nlabel x\n"));
  CHECK(without_commands("pick 1\nexec touch x\n  x\ty\nedit 2\n") == "pick 1\nedit 2\n");
}
