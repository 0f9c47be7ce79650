#include "actors/provider/sim/sim_strict.hpp"

#include "tests/actors/provider/sim/conversation.hpp"

using namespace kodad;
using namespace kodad::actors;
using test::conversation;
using test::holds;

namespace {

const std::vector<std::string> all_tools = {"bash", "edit",     "glob", "grep",
                                            "read", "question", "write"};

std::string first_of(const std::string& prompt) {
  return conversation(prompt, all_tools).next();
}

/// Nothing is called for these, and the answer says so.
void refuse(std::initializer_list<const char*> prompts) {
  for (const auto* prompt : prompts) {
    CAPTURE(prompt);
    auto answer = first_of(prompt);
    CHECK(holds(answer, "nothing"));
    CHECK(holds(answer, "a simulation"));
  }
}

} // namespace

TEST_CASE("a deletion with words that are not understood deletes nothing") {
  refuse({"delete a.txt but not hello.txt", "delete a.txt, but keep b.txt",
          "delete c.txt and leave d.txt alone", "delete a.txt; not b.txt",
          "delete c.txt instead of d.txt", "remove a.txt without touching b.txt",
          "delete a.txt, it is a copy of c.txt", "delete a.txt because b.txt replaces it",
          "delete README.md from git but keep the file", "delete the file but not hello.txt",
          "delete a.txt or b.txt", "delete all .txt files", "delete a.txt when b.txt is there",
          "delete a.txt. Do not delete b.txt", "delete a.txt, never b.txt",
          "don\u2019t delete a.txt", "delete a.txt - no wait", "delete only a.txt"});
}

TEST_CASE("a word that may be a part of a name without quotes is not passed over") {
  refuse({"Delete my notes.txt", "Delete our notes.txt", "Delete old notes.txt",
          "Delete a notes.txt", "Delete please notes.txt", "Delete my file notes.txt",
          "Delete docs/two words.md", "Delete docs/my file words.md", "rm two.md words.md",
          "Delete a.txt and my b.txt", "Delete a.txt now b.txt", "Delete a.txt the b.txt",
          "Delete docs/two\\ words.md", "Delete the file my notes.txt", "remove a.txt; b.txt",
          "Overwrite my notes.txt with content `x`", "Create my notes.txt with content `x`",
          "How many lines does my notes.txt have?", "Delete notes.txt my"});
  CHECK(holds(first_of("Delete my notes.txt"), "quote"));
}

TEST_CASE("an unclear request leaves those beside it undone") {
  refuse({"Delete x.txt; rm -rf src", "Delete x.txt, then delete everything",
          "Run the tests and then fix the typo in a.txt", "delete it; run the tests"});
  auto answer = first_of("Delete x.txt; rm -rf src");
  CHECK(holds(answer, "I did nothing"));
  CHECK(holds(answer, "\u201crm -rf src\u201d"));
}

TEST_CASE("what fails behind something done is told with its words") {
  conversation talk("Delete x.txt and then delete the folder .", all_tools);
  talk.next();
  talk.give("(exit code 0)");
  auto answer = talk.next();
  CHECK(holds(answer, "I deleted `x.txt`"));
  CHECK(holds(answer, "As to `delete the folder .`: I deleted nothing"));
}

TEST_CASE("what is negated or hangs on something is not run") {
  refuse({"do not run the tests", "please DO NOT run the tests",
          "Please do not run the tests, just tell me what they do", "don't run the tests",
          "run the tests with coverage", "run the tests twice", "Run main.py with 2 and 3",
          "Run the tests and if they pass commit with message \"ok\"", "run ls but do not run pwd",
          "Run the tests and fix what fails", "run `ls` and `pwd`", "run `ls` only if it is late",
          "run ls twice", "git status please", "Run the tests unless it is Friday"});
}

TEST_CASE("what is to be written ends at its quote, and else at nothing that could ask") {
  refuse({"overwrite c.txt with 'v' only if it is empty",
          "Create the file p.txt with content `a` but do not commit",
          "create u.txt with 'x' but not v.txt", "create a.txt saying one, and b.txt saying two",
          "replace world with planet and hello with bye in docs/note.txt",
          "append 'x' and 'y' to docs/note.txt", "create s.txt with the content of main.py",
          "create q.txt with three lines: one, two, three",
          "create a.txt with content: first.\nand this too",
          "Create a.txt with content salt and delete b.txt",
          "Create a.txt with content salt and then run the tests",
          "create a.txt with content x. Run the tests",
          "replace foo by bar in a.txt but not in b.txt", "replace foo by bar in a.txt only once",
          "append the line x to a.txt if it is not there"});
}

TEST_CASE("a commit takes all or nothing") {
  refuse({"commit only README.md", "commit everything except c.txt",
          "commit and then undo the commit", "commit with message \"first\" and push",
          "Commit with the title 'A' and description 'B'", "commit a.txt", "commit to main",
          "commit with message Fix it and run the tests"});
}

TEST_CASE("the answer names the words and what would be understood") {
  auto answer = first_of("delete a.txt but not hello.txt");

  CHECK(holds(answer, "\u201cbut not\u201d"));
  CHECK(holds(answer, "delete a.txt and b.txt"));
}

TEST_CASE("what follows something that is not understood is not done either") {
  refuse({"Run the tests; delete a.txt but keep b.txt", "do not run the tests, delete a.txt",
          "delete a.txt but not b.txt; delete c.txt"});
}

TEST_CASE("whole sentences are carried out, politeness included") {
  auto is_bash = [](const std::string& prompt, const std::string& command) {
    CAPTURE(prompt);
    CHECK(holds(first_of(prompt), "bash {\"command\":\"" + command + "\""));
  };
  is_bash("Could you please delete a.txt, b.txt and c.txt for me? Thanks!",
          "rm -- a.txt b.txt c.txt");
  is_bash("Delete the files a.txt and `b c.txt`, please.", "rm -- a.txt 'b c.txt'");
  is_bash("Delete my `notes.txt`", "rm -- notes.txt");
  is_bash("Delete `a.txt` `b c.txt` now", "rm -- a.txt 'b c.txt'");
  is_bash("get rid of the file a.txt, the file b.txt, and the folder c", "rm -r -- a.txt b.txt c");
  is_bash("Commit all my changes with the message \"but not that\"",
          "git add -A && git commit -m 'but not that'");
  is_bash("run `echo do not`", "echo do not");
  is_bash("please run main.py", "python3 'main.py'");
  CHECK(first_of("check if the tests pass") == "read {\"filePath\":\".\"}");
}

TEST_CASE("an exclamation mark of the content is kept") {
  conversation talk("CREATE A FILE NAMED LOUD.TXT CONTAINING Hey!", all_tools);
  talk.next();
  talk.give("tool_failed: there is no file LOUD.TXT", true);

  CHECK(talk.next() == "write {\"filePath\":\"LOUD.TXT\",\"content\":\"Hey!\"}");
}

TEST_CASE("questions are searched for, or not answered at all") {
  CHECK(first_of("where is HACK used?") == "grep {\"pattern\":\"HACK\"}");
  CHECK(first_of("find all files that contain 'def'") == "grep {\"pattern\":\"def\"}");
  CHECK(holds(first_of("show me .env"), "read {\"filePath\":\".env\""));
  CHECK(first_of("Explain add") == "grep {\"pattern\":\"\\\\badd\\\\b\"}");
  refuse(
      {"could the tests be run please", "please do not commit", "Which functions are never used?"});
  conversation talk("What's the weather in Paris?", all_tools);
  talk.next();
  talk.give("(no line matches)");
  CHECK(holds(talk.next(), "I found nothing to explain for `Paris`"));
}

TEST_CASE("a README that says nothing of it is not told") {
  conversation talk("What colour has the moon?", all_tools);
  talk.next();
  talk.give("README.md\n");
  talk.next();
  talk.give("1: # Shop\n2: \n3: A shop for books.\n(version 01)\n");
  auto answer = talk.next();

  CHECK_FALSE(holds(answer, "A shop for books"));
  CHECK(holds(answer, "No passage of it shares a word with yours"));
}
