#include "actors/turn/title.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

TEST_CASE("a title is the first words of the first line that has any") {
  CHECK(make_title("  \n Fix the build \n and more") == "Fix the build");
  CHECK(make_title("one two three four five six seven eight nine") ==
        "one two three four five six seven eight…");
  CHECK(make_title("") == "");
  CHECK(make_title("a \x1b[31mred\r\nb") == "a ␛[31mred");
}

TEST_CASE("what a model answers is taken without its wrapping") {
  CHECK(title_of_answer("\"A fine title.\"\n") == "A fine title");
  CHECK(title_of_answer("**Größe messen**\nBecause…") == "Größe messen");
  CHECK(title_of_answer("# Plain") == "Plain");
  CHECK(title_of_answer(" \n.\"") == "");
}

TEST_CASE("a model is asked for a title with little of the message") {
  proto::model by;
  by.id.text = "p/m";
  by.max_output_tokens = 100;
  auto request = title_request(by, std::string(100'000, 'x'));

  CHECK(request.messages[0].parts[0].text.size() <= 4000);
  CHECK(request.max_output_tokens == 100);
  CHECK(request.tools.empty());
}
