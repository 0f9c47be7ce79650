#include "actors/turn/question_input.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

TEST_CASE("questions are taken in the shapes that models have learned") {
  struct {
    const char* input;
    size_t questions;
    std::vector<std::string> options;
    bool multiple;
  } cases[] = {
      {R"({"question":"Which?","options":["a","b"]})", 1, {"a", "b"}, false},
      {R"({"question":"Which?","options":[{"label":"a","description":"x"},{"label":"b"}]})",
       1,
       {"a", "b"},
       false},
      {R"({"questions":[{"question":"Which?","header":"H","multiSelect":true,
           "options":[{"label":"a","description":"x"}]}]})",
       1,
       {"a"},
       true},
      {R"({"questions":[{"question":"Which?","options":[],"multiple":"true"},
           {"question":"Why?"}]})",
       2,
       {},
       true},
      {R"({"questions":["Which?","Why?"]})", 2, {}, false},
      {R"({"questions":"[{\"question\":\"Which?\",\"options\":\"[\\\"a\\\"]\"}]"})",
       1,
       {"a"},
       false},
      {R"({"question":"Which?","options":null,"multiple":false})", 1, {}, false},
  };
  for (const auto& each : cases) {
    CAPTURE(each.input);
    auto read = read_questions(each.input);
    REQUIRE(read);
    REQUIRE(read->size() == each.questions);
    CHECK(read->front().question == "Which?");
    CHECK(read->front().options == each.options);
    CHECK(read->front().multiple == each.multiple);
  }
}

TEST_CASE("what is no question is refused by the argument's name") {
  struct {
    const char* input;
    const char* named;
  } cases[] = {
      {"{}", "question"},
      {R"({"question":""})", "question"},
      {R"({"question":5})", "question"},
      {R"({"question":"x","options":"a or b"})", "options"},
      {R"({"question":"x","options":[1]})", "options"},
      {R"({"question":"x","options":[{"name":"a"}]})", "options"},
      {R"({"question":"x","multiple":"some"})", "multiple"},
      {R"({"questions":[]})", "questions"},
      {R"({"questions":{"question":"x"}})", "questions"},
      {R"({"questions":[{"text":"x"}]})", "text"},
      {R"({"question":"x","questions":[{"question":"y"}]})", "questions"},
      {R"({"questions":["1","2","3","4","5","6","7","8","9","10","11"]})", "questions"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.input);
    auto read = read_questions(each.input);
    REQUIRE(!read);
    CHECK(read.failure().code == kodad::proto::ec::tool_invalid_args);
    CHECK(read.failure().context.find(each.named) != std::string::npos);
  }
}
