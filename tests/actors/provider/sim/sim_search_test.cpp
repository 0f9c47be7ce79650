#include "tests/actors/provider/sim/conversation.hpp"

using namespace kodad;
using namespace kodad::actors;
using test::conversation;
using test::holds;

namespace {

const std::vector<std::string> all_tools = {"bash", "glob", "grep", "read"};

std::string first_of(const std::string& prompt) {
  return conversation(prompt, all_tools).next();
}

/// What is told once the only call has given this.
std::string told(const std::string& prompt, const std::string& output) {
  conversation talk(prompt, all_tools);
  talk.next();
  talk.give(output);
  return talk.next();
}

} // namespace

TEST_CASE("a search obeys the options that it knows") {
  const std::pair<std::string, const char*> rows[] = {
      {"grep -i NEEDLE", R"({"pattern":"NEEDLE","-i":true})"},
      {"grep -rni NEEDLE src", R"({"pattern":"NEEDLE","path":"src","-i":true})"},
      {"grep -rn NEEDLE src", R"({"pattern":"NEEDLE","path":"src"})"},
      {"grep NEEDLE a.txt", R"({"pattern":"NEEDLE","path":"a.txt"})"},
      {"Search for NEEDLE, ignoring case", R"({"pattern":"NEEDLE","-i":true})"},
      {"Search for `NEEDLE` case-insensitively", R"({"pattern":"NEEDLE","-i":true})"},
      {"Find NEEDLE in src/a.py regardless of case",
       R"({"pattern":"NEEDLE","path":"src/a.py","-i":true})"},
      {"Find NEEDLE ignoring the case in docs", R"({"pattern":"NEEDLE","path":"docs","-i":true})"},
      {"Find \"okapi\" in docs", R"({"pattern":"okapi","path":"docs"})"},
      {"Search for okapi in the docs folder", R"({"pattern":"okapi","path":"docs"})"},
      {"Find 'the big okapi' in docs.", R"({"pattern":"the big okapi","path":"docs"})"},
      {"find okapi in the whole project", R"({"pattern":"okapi"})"},
      {"Which files contain okapi?", R"({"pattern":"okapi"})"},
      {"Which files mention `a b` in docs/?", R"({"pattern":"a b","path":"docs/"})"},
      {"In which files does okapi occur?", R"({"pattern":"okapi"})"},
      {"Which files have 'okapi'?", R"({"pattern":"okapi"})"},
      {"show all files containing okapi", R"({"pattern":"okapi"})"},
      {"search docs for okapi", R"({"pattern":"okapi","path":"docs"})"},
      {"search the code for okapi", R"({"pattern":"okapi"})"},
      {"find lines containing okapi", R"({"pattern":"okapi"})"},
  };
  for (const auto& [prompt, input] : rows) {
    CAPTURE(prompt);
    CHECK(first_of(prompt) == std::string("grep ") + input);
  }
}

TEST_CASE("which files have changed is not a question for all files") {
  CHECK(holds(first_of("Which files have changed?"), "git status"));
  CHECK(holds(first_of("which files changed?"), "git status"));
}

TEST_CASE("a script whose name may have a blank is not run") {
  CHECK(holds(first_of("Run my script.py"), "I have done nothing"));
  CHECK(holds(first_of("Run `my script.py`"), "bash {"));
}

TEST_CASE("what a search cannot do is said, and not searched for") {
  for (std::string prompt : {"grep -v NEEDLE a.txt",
                             "grep -c NEEDLE",
                             "grep -l NEEDLE src",
                             "grep NEEDLE -i",
                             "grep -ic NEEDLE",
                             "grep --count NEEDLE",
                             "grep -i NEEDLE a.txt b.txt",
                             "find -name x",
                             "Search for the regex nee.le",
                             "find the regular expression nee.le",
                             "find lines matching nee.le",
                             "Search for the pattern `nee.le`",
                             "Which files do not contain needle?",
                             "Which files don't mention needle?",
                             "list the files without needle",
                             "find files that do not contain needle",
                             "Search for big okapi in docs",
                             "find okapi, case sensitive",
                             "find okapi (ignore case)",
                             "search docs for big okapi",
                             "How many words are in n.txt?",
                             "count the words in n.txt",
                             "How many functions does a.py have?",
                             "How many times does okapi occur in a.txt?",
                             "find files named *.MD ignoring case"}) {
    CAPTURE(prompt);
    CHECK(holds(first_of(prompt), "I did nothing. I "));
  }
}

TEST_CASE("what the tool found is never told as nothing") {
  auto binary = told("Find okapi", "img.png\n  (a binary file; it has matches)\n");
  CHECK(holds(binary, "`img.png` (a binary file)"));
  CHECK_FALSE(holds(binary, "nothing matches"));

  auto mixed = told("Find okapi", "a b.txt\n  3: 4: okapi\n  --\n  9: okapi\nimg.png\n"
                                  "  (a binary file; it has matches)\n");
  CHECK(holds(mixed, "I searched for `okapi`: 2 lines, and 1 binary file with matches."));
  CHECK(holds(mixed, "- `a b.txt:3`: `4: okapi`"));

  auto odd = told("Find okapi", "what is this\n");
  CHECK(holds(odd, "cannot read what the tool gave back"));
  CHECK(holds(odd, "what is this"));

  CHECK(holds(told("Find okapi", "(nothing matches)\n"), "`okapi`: nothing matches."));
  auto closed = told("Find okapi", "(nothing matches)\n(not searched, since a rule asks or denies "
                                   "before they are read: .env; ask for one with read)\n");
  CHECK(holds(closed, "nothing matches in what was searched and shown"));
  CHECK(holds(closed, "The tool says: `not searched, since a rule asks"));
}

TEST_CASE("a part is not told as if it were all") {
  auto hits = told("Find okapi", "12-a.md\n  1: okapi\nb.md\n  2: okapi\n"
                                 "(more lines match than the 2 shown; go on with offset 2)\n");
  CHECK(holds(hits, "`okapi`: at least 2 lines in 2 files."));
  CHECK(holds(hits, "- `12-a.md:1`"));
  CHECK(holds(hits, "The tool says: `more lines match than the 2 shown"));

  auto files = told("List the files in docs",
                    "docs/one.md\ndocs/two words.md\n(more than 2 files match; the newest are "
                    "shown; go on with offset 2)\n");
  CHECK(holds(files, "At least 2 files fit"));
  CHECK(holds(files, "- `docs/two words.md`"));
  CHECK(holds(files, "The tool says: `more than 2 files match"));

  auto all = told("List the files in docs", "docs/one.md\ndocs/two (b) words.md\n");
  CHECK(holds(all, "2 files fit"));
  CHECK_FALSE(holds(all, "t least"));
  CHECK(holds(told("List the files in docs", "(no file matches)\n"), "no file fits"));
}

TEST_CASE("the lines of a folder are not counted as none") {
  CHECK(holds(told("How many lines does docs/ have?", "one.md\ntwo.md\n"), "I could not count"));
  CHECK(holds(told("How many lines does a.txt have?", "(version 01)\n"), "has 0 lines"));
}
