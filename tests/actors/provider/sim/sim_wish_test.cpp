#include "actors/provider/sim/sim_wish.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

std::string to_text(const sim_wish& wish) {
  constexpr const char* names[] = {"run_tests", "build",  "command",     "remove",  "create",
                                   "folder",    "move",   "replace",     "append",  "prepend",
                                   "add_test",  "search", "files",       "changes", "log",
                                   "commit",    "lines",  "count_files", "unclear"};
  std::string out = names[static_cast<size_t>(wish.what)];
  for (const auto& path : wish.paths)
    out += " " + path;
  if (!wish.text.empty() && wish.what != sim_wish::kind::unclear)
    out += " [" + wish.text + "]";
  if (!wish.target.empty())
    out += " -> [" + wish.target + "]";
  return out + (wish.is_whole ? " whole" : "");
}

std::string wishes(std::string_view prompt) {
  std::string out;
  for (const auto& wish : read_wishes(prompt).all)
    out += (out.empty() ? "" : "; ") + to_text(wish);
  return out.empty() ? "none" : out;
}

struct row {
  std::string prompt;
  std::string wanted;
};

void check(std::initializer_list<row> rows) {
  for (const auto& [prompt, wanted] : rows) {
    CAPTURE(prompt);
    CHECK(wishes(prompt) == wanted);
  }
}

} // namespace

TEST_CASE("requests to run something") {
  check({
      {"Run the tests", "run_tests"},
      {"run tests", "run_tests"},
      {"Could you please run all the unit tests?", "run_tests"},
      {"please run the test suite.", "run_tests"},
      {"Do the tests pass?", "run_tests"},
      {"Check that the tests still pass", "run_tests"},
      {"Make sure the tests pass.", "run_tests"},
      {"test it", "run_tests"},
      {"Run the tests in tests/a_test.py", "run_tests tests/a_test.py"},
      {"Run `ls -la`", "command [ls -la]"},
      {"run the command: echo hi there", "command [echo hi there]"},
      {"run npm test", "command [npm test]"},
      {"Run make check", "command [make check]"},
      {"run main.py", "command [python3 'main.py']"},
      {"Execute scripts/setup", "command [./scripts/setup]"},
      {"Build the project", "build"},
      {"git status", "command [git status]"},
      {"git log --oneline -n 3", "command [git log --oneline -n 3]"},
  });
}

TEST_CASE("requests about files") {
  check({
      {"Delete the file old.txt", "remove old.txt"},
      {"delete old.txt and b/c.py", "remove old.txt b/c.py"},
      {"Please remove `my notes.txt`.", "remove my notes.txt"},
      {"rm -rf build/", "remove build/ whole"},
      {"Delete the folder build", "remove build whole"},
      {"remove notes", "unclear"},
      {"Delete everything", "unclear"},
      {"Create a file hello.txt with content Hello, world.", "create hello.txt [Hello, world.]"},
      {"create a file `a b.txt` with the content \"x = 1\"", "create a b.txt [x = 1]"},
      {"Create hello.py containing `print('hi')`", "create hello.py [print('hi')]"},
      {"Create a new empty file a.txt", "create a.txt"},
      {"touch a.txt", "create a.txt"},
      {"Write 'hi' to a.txt", "create a.txt [hi]"},
      {"Make a file called x.md that says hello", "create x.md [hello]"},
      {"Overwrite a.txt with content `new`", "create a.txt [new] whole"},
      {"Create a.py with this content:\n```python\nx = 1\n```\n", "create a.py [x = 1\n]"},
      {"Create a script x.py that computes primes", "unclear"},
      {"Create the folder a/b", "folder a/b"},
      {"Rename a.txt to b.txt", "move a.txt -> [b.txt]"},
      {"rename the file a.txt -> b.txt", "move a.txt -> [b.txt]"},
      {"mv a.txt b.txt", "move a.txt -> [b.txt]"},
      {"Move a.txt into docs", "move a.txt -> [docs/]"},
      {"Move a.txt to the folder docs", "move a.txt -> [docs/]"},
      {"Rename the function foo to bar", "none"},
  });
}

TEST_CASE("requests to change a file") {
  check({
      {"Replace foo by bar in a.txt", "replace a.txt [foo] -> [bar]"},
      {"replace \"a in b\" with `c` in src/x.py", "replace src/x.py [a in b] -> [c]"},
      {"In a.txt, replace foo with bar", "replace a.txt [foo] -> [bar]"},
      {"Fix the typo teh -> the in README.md", "replace README.md [teh] -> [the]"},
      {"fix the typo in README.md: teh -> the", "replace README.md [teh] -> [the]"},
      {"Change `8080` to `9090` in config.yaml", "replace config.yaml [8080] -> [9090]"},
      {"Change the color to blue in style.css", "unclear"},
      {"Fix the typo in README.md", "unclear"},
      {"Change the port from 8080 to 9090 in a.yaml", "replace a.yaml [8080] -> [9090]"},
      {"fix typo: teh should be the in README.md", "replace README.md [teh] -> [the]"},
      {"Replace foo by bar", "unclear"},
      {"Remove 'debug' from a.txt", "replace a.txt [debug]"},
      {"Remove the line 'x' from a.txt", "replace a.txt [x] whole"},
      {"Append a line to notes.txt: remember the milk", "append notes.txt [remember the milk]"},
      {"append 'x y' to notes.txt", "append notes.txt [x y]"},
      {"Add the line `x` at the end of notes.txt", "append notes.txt [x]"},
      {"Add `# top` to the top of a.py", "prepend a.py [# top]"},
      {"add node_modules to .gitignore", "append .gitignore [node_modules]"},
      {"Add logging to main.cpp", "none"},
      {"Fix the bug in main.cpp", "none"},
  });
}

TEST_CASE("requests to look, count, test and commit") {
  check({
      {"Add a test for load_users", "add_test [load_users]"},
      {"write a unit test for `shop()` in src/shop.py", "add_test src/shop.py [shop]"},
      {"Write tests for src/a.py", "add_test src/a.py"},
      {"Find HACK", "search [HACK]"},
      {"find all HACK comments", "search [HACK]"},
      {"grep for `a.b` in src/x.py", "search src/x.py [a.b]"},
      {"Search the web for news", "none"},
      {"Where is total defined?", "search [total]"},
      {"grep -rn total src", "search src [total]"},
      {"find the main function", "none"},
      {"List all python files", "files [*.py]"},
      {"list the files in src", "files src [*]"},
      {"Find files named *.md", "files [*.md]"},
      {"What changed?", "changes"},
      {"Show me the git status", "changes"},
      {"show the last commits", "log"},
      {"Commit with message 'Fix it'", "commit [Fix it]"},
      {"commit the changes", "commit"},
      {"Commit everything: Add a file", "commit [Add a file]"},
      {"How many lines does main.py have?", "lines main.py"},
      {"how many lines of code are there", "lines"},
      {"How many python files are there?", "count_files [py]"},
  });
}

TEST_CASE("several things are asked for one after the other") {
  check({
      {"Create a.txt with content 'x' and run the tests", "create a.txt [x]; run_tests"},
      {"Delete a.txt, then commit with message 'Bye'", "remove a.txt; commit [Bye]"},
      {"Run the tests. Delete a.txt.", "run_tests; remove a.txt"},
      {"Create a.txt with content salt and delete b.txt", "unclear"},
      {"Create a.txt with content salt and then delete b.txt", "unclear"},
  });
  auto many = read_wishes("delete a.txt; delete b.txt; delete c.txt; delete d.txt");
  CHECK(many.all.size() == 3);
  CHECK(many.left_out == 1);
}

TEST_CASE("what is no request is none") {
  check({
      {"", "none"},
      {"   \n", "none"},
      {"How do I delete a file a.txt?", "none"},
      {"Don't delete a.txt", "none"},
      {"Never run the tests", "none"},
      {"If the tests fail, delete a.txt", "none"},
      {"What happens if I delete a.txt?", "none"},
      {"Delete a.txt if the tests fail", "none"},
      {"Run the tests unless it is Friday", "unclear"},
      {"Move a.txt to b.txt when I say so", "none"},
      {"Explain how rm a.txt works", "none"},
      {"Write a game", "none"},
      {"Make the tests pass", "none"},
      {"Translate README.md into French", "none"},
      {"Write a poem to poem.txt", "none"},
      {"Refactor src/a.py", "none"},
      {"L\xc3\xb6sche die Datei a.txt", "none"},
      {"Supprime a.txt", "none"},
  });
}

TEST_CASE("only the first line asks, never what is pasted below or fenced") {
  check({
      {"Summarise this:\ndelete a.txt\nrun the tests", "none"},
      {"> delete a.txt\nWhat does that mean?", "none"},
      {"```\ndelete a.txt\n```\n", "none"},
      {"Run the tests\nDelete a.txt", "run_tests"},
      {"Hi!\n\nPlease run the tests.", "run_tests"},
      {"Hello, run the tests", "run_tests"},
  });
}

TEST_CASE("any bytes are read to an end") {
  std::string line;
  for (int i = 0; i < 3000; ++i)
    line += ", and then";
  CHECK(wishes(line) == "none");
  for (std::string_view odd : {"delete",
                               "delete ",
                               "delete ''",
                               "rename to",
                               "mv",
                               "mv a",
                               "in",
                               "replace",
                               "replace by in",
                               "append to",
                               "commit",
                               "commit:",
                               "git",
                               "find",
                               "run",
                               "run `",
                               "\xff\xfe delete \x80",
                               "'",
                               "``",
                               "create",
                               "create a file",
                               "add a test for",
                               "how many",
                               "list",
                               "fix -> in a.txt",
                               "get rid of",
                               ". . .",
                               "and and and"})
    (void)wishes(odd);
}
