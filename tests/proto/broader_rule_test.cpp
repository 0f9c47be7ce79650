#include "proto/broader_rule.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

TEST_CASE("a call is one of a broader kind where that can be said plainly") {
  struct {
    const char* tool;
    const char* pattern;
    const char* broader; ///< "" for none.
  } rows[] = {
      {"bash", "git commit -m fix", "git commit *"},
      {"bash", "git status", "git status *"},
      {"bash", "git -C /tmp status", ""},
      {"bash", "git", ""},
      {"bash", "npm run build", "npm run *"},
      {"bash", "cat notes.txt", "cat *"},
      {"bash", "  rm   -f x", "rm *"},
      {"bash", "./scripts/test.sh --fast", "./scripts/test.sh *"},
      {"bash", "ls", ""},
      // Whoever runs what he is given could run anything.
      {"bash", "sudo ls /", ""},
      {"bash", "/usr/bin/env ls", ""},
      {"bash", "python3 x.py", ""},
      {"bash", "sh -c ls", ""},
      {"bash", "PATH=/x ls -l", ""},
      // More than one command, or what a shell makes more of.
      {"bash", "ls -l; rm x", ""},
      {"bash", "ls $(rm x)", ""},
      {"bash", "ls -l | sh", ""},
      {"bash", "ls \\*", ""},
      {"bash", "echo 'a b'", ""},
      {"bash", "ls\nrm x", ""},
      {"bash", "echo ~", ""},
      {"write", "src/a.cpp", "src/**"},
      {"edit", "a/b\\*/c", "a/b\\*/**"},
      {"write", "a.cpp", ""},
      {"write", "/etc/passwd", ""},
      {"write", "../x/y", ""},
      {"web_fetch", "https://a.example/b/c\\?d=e", "https://a.example/*"},
      {"web_fetch", "https://a.example", ""},
      {"web_fetch", "file:///etc/passwd", ""},
      {"web_fetch", "https:///x", ""},
      {"task", "anything", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern);
    CHECK(broader_rule(row.tool, row.pattern).value_or("") == row.broader);
  }
  CHECK_FALSE(broader_rule("bash", "cat " + std::string(2000, 'x')));
}

TEST_CASE("what runs anything has no broader rule, under any name") {
  for (const char* line : {"npx tsc",
                           "npm exec tsc",
                           "uv run x.py",
                           "poetry run x",
                           "bundle exec rake",
                           "docker run -it x",
                           "kubectl exec pod ls",
                           "go run ./x",
                           "make all",
                           "java -jar x.jar",
                           "python3.11 x.py",
                           "node18 x.js",
                           "/usr/bin/pypy3 x.py",
                           "Rscript x.R",
                           "/lib64/ld-linux-x86-64.so.2 ./x",
                           ". ./x",
                           "busybox ls",
                           "tee x",
                           "dd if=x",
                           "export A",
                           "if x",
                           "while true",
                           "ncat -l 1",
                           "gmake all",
                           "find . -x",
                           "fdfind x -x rm",
                           "nano x",
                           "alias x"}) {
    CAPTURE(line);
    CHECK_FALSE(broader_rule("bash", line));
  }
  CHECK(broader_rule("bash", "cargo run -q") == "cargo run *");
}

TEST_CASE("only a permission has a broader rule") {
  question asked;
  asked.tool = "bash";
  asked.suggested_pattern = "cat x";
  CHECK(broader_rule(asked) == "cat *");
  json::writer out;
  write_shown(out, asked, asked);
  CHECK(out.take().find(R"("broader_pattern":"cat *")") != std::string::npos);
  asked.purpose = question_purpose::question;
  CHECK_FALSE(broader_rule(asked));
  write_shown(out, asked, asked);
  CHECK(out.take().find("broader_pattern") == std::string::npos);
}
