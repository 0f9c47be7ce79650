#include "actors/provider/sim/sim_koda.hpp"

#include "actors/provider/sim/sim_intent.hpp"
#include "tests/actors/provider/sim/conversation.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using test::conversation;
using test::holds;

namespace {

constexpr auto main_file = "<file path=\"/w/src/main.cpp\">\n"
                           "1: #include \"app.hpp\"\n"
                           "2: #include <vector>\n"
                           "3: \n"
                           "4: // Starts the shop.\n"
                           "5: // Returns 0 when all went well.\n"
                           "6: int main(int argc, char** argv) {\n"
                           "7:   auto options = parse_options(argc, argv);\n"
                           "8:   if (!options) {\n"
                           "9:     return print_usage(\"{ not a brace\");\n"
                           "10:   }\n"
                           "11:   for (const auto& shelf : options->shelves)\n"
                           "12:     app::fill(shelf);\n"
                           "13:   return 0;\n"
                           "14: }\n"
                           "15: int after() { return unrelated(); }\n"
                           "</file>\n";

} // namespace

TEST_CASE("sim/koda finds, reads and explains the main function") {
  conversation talk("Explain the main function");

  CHECK(talk.next() == R"(grep {"pattern":"\\bmain\\s*\\("})");
  SUBCASE("hits grouped by file") {
    talk.give("Found 2 matches\n/w/tests/main_test.cpp:\n  Line 3: int main() {\n"
              "/w/src/main.cpp:\n  Line 6: int main(int argc, char** argv) {\n");
  }
  SUBCASE("hits without words around them") {
    talk.give("/w/my notes\n  1: main()\n/w/tests/main_test.cpp\n  3: int main() {\n"
              "/w/src/main.cpp\n  6: int main(int argc, char** argv) {\n(2 lines match)\n");
  }
  SUBCASE("hits with their file") {
    talk.give("/w/tests/main_test.cpp:3:int main() {\n"
              "/w/src/main.cpp:6:int main(int argc, char** argv) {\n");
  }
  CHECK(talk.next() == R"(read {"filePath":"/w/src/main.cpp","offset":1,"limit":400})");
  talk.give(main_file);
  auto answer = talk.next();

  CHECK(holds(answer, "`main` is in `/w/src/main.cpp`, lines 6 to 14."));
  CHECK(holds(answer, "> Starts the shop.\n> Returns 0 when all went well."));
  CHECK(holds(answer, "1 branch, 1 loop and 2 returns"));
  CHECK(holds(answer, "in this order: `parse_options`, `print_usage`, `app::fill`."));
  CHECK(holds(answer, "`\"app.hpp\"`, `<vector>`"));
  CHECK(holds(answer, "- line 8: `if (!options) {`"));
  CHECK(holds(answer, "`/w/tests/main_test.cpp:3`"));
  CHECK(holds(answer, "a simulation: no language model"));
  CHECK_FALSE(holds(answer, "unrelated"));
  CHECK(answer == talk.next());
}

TEST_CASE("sim/koda explains a Python function by its indentation") {
  conversation talk("What does `load_users` do?");
  CHECK(talk.next() == R"(grep {"pattern":"\\bload_users\\b"})");
  talk.give("app.py:9: load_users()\napp.py:2: def load_users(path):\n");
  CHECK(holds(talk.next(), "app.py"));
  talk.give("1: import csv\n2: def load_users(path):\n3:     for row in csv.reader(path):\n"
            "4:         yield make_user(row)\n5: \n6: def other():\n7:     pass\n");
  auto answer = talk.next();

  CHECK(holds(answer, "`load_users` is in `app.py`, lines 2 to 4."));
  CHECK(holds(answer, "`make_user`"));
  CHECK(holds(answer, "The file includes `csv`."));
}

TEST_CASE("sim/koda looks elsewhere when a search finds nothing") {
  conversation talk("Explain the main function");
  talk.next();
  talk.give("No matches found");
  CHECK(talk.next() == R"(glob {"pattern":"**/main.*"})");
  talk.give("No files found");

  CHECK(holds(talk.next(), "I found nothing to explain for `main`"));
}

TEST_CASE("sim/koda says which tool failed") {
  conversation talk("Explain the main function");
  talk.next();
  talk.give("permission denied\nmore", true);
  talk.next();
  talk.give("denied too", true);
  auto answer = talk.next();

  CHECK(holds(answer, "The tool `grep` failed: permission denied\n"));
  CHECK(holds(answer, "The tool `glob` failed: denied too"));
}

TEST_CASE("sim/koda answers without any tool") {
  conversation talk("Explain the main function");
  talk.request.tools.clear();

  CHECK(holds(talk.next(), "a simulation"));
}

TEST_CASE("sim/koda answers other prompts from the README") {
  conversation talk("How is the cache invalidated?");
  CHECK(talk.next() == R"(glob {"pattern":"**/README*"})");
  talk.give("/w/lib/README.md\n/w/README.md\n");
  CHECK(holds(talk.next(), R"("filePath":"/w/README.md")"));
  talk.give("1: # Shop\n2: \n3: A shop for books.\n4: \n5: ## Cache\n6: \n"
            "7: The cache is invalidated\n8: every night.\n");
  auto answer = talk.next();

  CHECK(holds(answer, "> A shop for books."));
  CHECK(holds(answer, "> The cache is invalidated every night."));
  CHECK(holds(answer, "`Shop`, `Cache`"));
}

TEST_CASE("sim/koda reads a file that the prompt names") {
  conversation talk("Summarise src/shop.hpp please");
  CHECK(holds(talk.next(), R"(read {"filePath":"src/shop.hpp")"));
  talk.give("1: #include <map>\n2: struct shelf {\n3:   int size;\n4: };\n");
  auto answer = talk.next();

  CHECK(holds(answer, "It includes `<map>`."));
  CHECK(holds(answer, "- line 2: `struct shelf {`"));
}

TEST_CASE("sim/koda greets back and lists files") {
  CHECK(holds(conversation("Hello!").next(), "Hello! Ask me"));
  conversation talk("Which files are there?");
  CHECK(talk.next() == R"(glob {"pattern":"**/*"})");
  talk.give("/w/a.txt\n/w/b.txt\n");

  CHECK(holds(talk.next(), "- `/w/a.txt`\n- `/w/b.txt`\n"));
}

TEST_CASE("a new prompt starts anew, its calls have ids of their own") {
  conversation talk("Which files are there?");
  talk.next();
  talk.give("/w/a.txt\n");
  talk.say("Explain the main function");

  CHECK(holds(talk.next(), "grep "));
  CHECK(talk.call.call_id == "call_2_1");
}

TEST_CASE("sim/koda ends whatever the tools give back") {
  for (std::string output : {"", ":", "\n\n", "1:", "a:1:", "12\n", "x.cpp\n", "{}", "x.cpp:3:{{{",
                             "\xff\xfe:1:main("}) {
    conversation talk("Explain the `main` function");
    std::string last;
    int steps = 0;
    for (; steps < 10 && (last = talk.next()).find("simulation") == std::string::npos; ++steps)
      talk.give(output);
    CAPTURE(output);
    CHECK(steps < 8);
  }
}

TEST_CASE("a prompt's words tell what it wants") {
  using kind = sim_intent::kind;
  using names = std::vector<std::string>;

  CHECK(read_intent("What is the entry point?").names == names{"main"});
  CHECK(read_intent("Where is session_id used by `turn_machine`?").names ==
        names{"session_id", "turn_machine"});
  CHECK(read_intent("Explain proto::make_error() and TurnMachine.").names ==
        names{"make_error", "TurnMachine"});
  CHECK(read_intent("What does the total function do?").names == names{"total"});
  CHECK(read_intent("What is the purpose of this function?").what == kind::overview);
  CHECK(read_intent("Explain this").what == kind::overview);
  CHECK(read_intent("Look at README.md").path == "README.md");
  CHECK(read_intent("hi").what == kind::greeting);
  CHECK(read_intent("").what == kind::overview);
}

TEST_CASE("sim/load streams as many tokens as it is told") {
  conversation talk("go");
  talk.request.model.text = "sim/load";
  auto plan = plan_call(talk.request, {5, 10, 0}, 1);

  CHECK(test::to_text(plan) == "+100ms text[a ] +100ms text[load ] +100ms text[test's ] "
                               "+100ms text[words ] +100ms text[flow ] usage[34 5 0] stop[end]");
}

TEST_CASE("a script that is not valid refuses the call") {
  conversation talk("```sim\n{\"steps\":[{}]}\n```");
  auto plan = plan_call(talk.request, {}, 1);

  REQUIRE(plan.failure);
  CHECK(plan.failure->what.code == proto::ec::provider_refused);
  CHECK(holds(plan.failure->what.context, "steps[0]: no known key"));
}

TEST_CASE("a comment in code is no heading, and one in a text is") {
  conversation script("Explain deploy.sh");
  script.next();
  script.give("1: # Not a heading\n2: set -e\n3: deploy() {\n4:   true\n5: }\n(version 0123)\n");
  auto of_script = script.next();
  conversation text("Explain notes.md");
  text.next();
  text.give("1: # A heading\n2: \n3: Words.\n4: \n5: ```sh\n6: # Not one\n7: ```\n(version 01)\n");
  auto of_text = text.next();

  CHECK_FALSE(holds(of_script, "Not a heading"));
  CHECK(holds(of_script, "- line 3: `deploy() {`"));
  CHECK(holds(of_text, "Its headings: `A heading`."));
  CHECK_FALSE(holds(of_text, "Not one"));
}

TEST_CASE("a definition goes on only where the file does") {
  for (bool is_cut : {false, true}) {
    conversation talk("What does `last` do?");
    talk.next();
    talk.give("a.py\n  1: def last():\n");
    talk.next();
    std::string note = is_cut ? "(lines 3 to 9 follow: read on with offset 3)\n" : "";
    talk.give("1: def last():\n2:   return 1\n" + note + "(version 0123)\n");
    auto answer = talk.next();
    CHECK(holds(answer, "further on") == is_cut);
    CHECK(holds(answer, "`a.py`, lines 1 to 2"));
  }
}

TEST_CASE("an empty file is told to be empty") {
  conversation talk("Explain a.py");
  talk.next();
  talk.give("(version 0123)\n");

  CHECK(holds(talk.next(), "`a.py` is empty."));
}
