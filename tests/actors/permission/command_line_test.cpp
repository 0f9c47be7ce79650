#include "actors/permission/command_line.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

using commands = std::vector<std::string>;

TEST_CASE("plain lines are cut at their operators") {
  CHECK(read_command_line("git status").commands == commands{"git status"});
  CHECK(read_command_line("  ls   -l\t'a b'  ").commands == commands{"ls -l a b"});
  CHECK(read_command_line("make && ls -l | wc; pwd &\nid\n\n").commands ==
        commands{"make", "ls -l", "wc", "pwd", "id"});
  CHECK(read_command_line("a |& b").commands == commands{"a", "b"});
  CHECK(read_command_line("make 2>&1 >/dev/null | tail -n 5").commands ==
        commands{"make", "tail -n 5"});
  CHECK(read_command_line("echo 'a; rm x' \"b && c\" d\\;e").commands ==
        commands{"echo a; rm x b && c d;e"});
  CHECK(read_command_line("go test -count=1 -run TestX ./...").understood);
  CHECK(read_command_line("ls *.cpp ~/x [ab]?").understood);
  CHECK(read_command_line("make &&\n ls").understood);
}

TEST_CASE("what may be more than it seems is not understood") {
  for (const char* text : {"",
                           ";",
                           "ls &&",
                           "| ls",
                           "ls ;; id",
                           "ls 'open",
                           "ls \\",
                           "\"ls\"",
                           "l\\s",
                           "X=1 ls",
                           "ls $HOME",
                           "ls `id`",
                           "ls $(id)",
                           "ls > f",
                           "ls < f",
                           "(ls)",
                           "{ ls; }",
                           "! ls",
                           "ls # x",
                           "[[ a ]]",
                           "*",
                           "-ls",
                           "if ls; then ls; fi",
                           "eval ls",
                           "xargs ls",
                           "sudo ls",
                           ". f",
                           "python3.11 x",
                           "find . -exec id ;",
                           "git -c a=b status",
                           "ls \xff",
                           "ls\r",
                           "l\xc2\xa0s"}) {
    CAPTURE(text);
    CHECK_FALSE(read_command_line(text).understood);
  }
}
