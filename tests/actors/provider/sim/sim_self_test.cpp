#include "actors/provider/sim/sim_self.hpp"

#include "tests/actors/provider/sim/conversation.hpp"

using namespace kodad;
using namespace kodad::actors;
using test::conversation;
using test::holds;

TEST_CASE("questions about the model are answered without a tool") {
  for (std::string prompt :
       {"Who are you?", "What are you?", "What can you do?", "help", "Are you a real model?",
        "Which model are you?", "Can you help me?", "How do I use a real model?",
        "How can I script you?", "Tell me about yourself", "How do I set up an API key?"}) {
    CAPTURE(prompt);
    auto answer = conversation(prompt).next();
    CHECK(holds(answer, "I am `sim/koda`, the simulation"));
    CHECK(holds(answer, "default_model: anthropic/"));
    CHECK(holds(answer, "fenced block marked `sim`"));
  }
}

TEST_CASE("what is beyond a simulation is said to be, without a tool") {
  for (std::string prompt :
       {"Write a game", "Translate README.md into French", "Implement a cache", "Refactor main.cpp",
        "Fix the bug in main.cpp", "Add logging to `main`", "Review src/a.py", "Make it faster",
        "Can you optimize src/a.py?", "Don't delete a.txt", "If the tests fail, delete a.txt",
        "Write a poem about the sea", "Erkl\xc3\xa4re src/main.cpp",
        "L\xc3\xb6sche die Datei x.txt", "Que fait la fonction main ?",
        "\xe8\xa7\xa3\xe9\x87\x8a main.cpp", "asdf qwer", "Install numpy", "Open a pull request"}) {
    CAPTURE(prompt);
    auto answer = conversation(prompt, {"bash", "edit", "glob", "grep", "read", "write"}).next();
    CHECK(holds(answer, "I cannot do that, and I have done nothing"));
    CHECK(holds(answer, "a simulation"));
    CHECK(holds(answer, "fenced block marked `sim`"));
  }
}

TEST_CASE("questions in English are looked up") {
  for (std::string prompt : {"Explain this", "How is the cache invalidated?", "src/main.cpp",
                             "`load_users`", "Where is TurnMachine used?", "Describe the project",
                             "What is in README.md?", "can you explain the main function?"}) {
    CAPTURE(prompt);
    CHECK(asks_to_look(prompt));
    CHECK_FALSE(asks_about_itself(prompt));
  }
}

TEST_CASE("what the answer tells to put into a message is a script that plays") {
  auto told = tell_of_itself();
  auto begin = told.find("{\"steps\"");
  REQUIRE(begin != std::string::npos);
  auto script = told.substr(begin, told.find('`', begin) - begin);
  conversation talk("```sim\n" + script + "\n```", {"bash"});

  CHECK(talk.next() == "bash {\"command\":\"ls\"}");
}
