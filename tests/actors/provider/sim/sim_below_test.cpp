#include "actors/provider/sim/sim_below.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

namespace {

bool is_noted(std::string_view prompt) {
  return !note_on_lines_below(prompt, read_wishes(prompt)).empty();
}

} // namespace

TEST_CASE("what stands below a request and is no text of it is told to be left") {
  for (std::string_view prompt : {
           "create a.txt with content:\n```\nfoo\n```\nand then commit",
           "create a.txt with content:\nfor b.txt\n```\nfoo\n```\n",
           "run the tests\nthen delete a.txt",
           "run the tests\n\nTraceback: x is not defined",
           "Hello!\nrun the tests\nand commit",
       }) {
    CAPTURE(prompt);
    CHECK(is_noted(prompt));
  }
}

TEST_CASE("requests below a line that asks for nothing are told to be left") {
  CHECK(is_noted("Please do two things:\n- create b.txt with content x\n- delete b.txt"));
  CHECK(is_noted("explain a.py\nthen run the tests"));
}

TEST_CASE("lines that the request took, that say thanks or that ask for nothing need no word") {
  for (std::string_view prompt : {
           "create a.txt with content:\nfoo\nbar",
           "create a.txt with content:\n```\nfoo\n```\n",
           "create a.txt with content:\n\n```\nfoo\n```\nThanks!",
           "run this command:\n```\nls\n```",
           "append this line to a.txt:\nfoo",
           "run the tests",
           "run the tests\n\n  \n",
           "run the tests\nThank you very much",
           "Write a poem\nabout rain",
           "What does this do?\n```\nrun the tests\n```",
           "What is this?\n> run the tests",
       }) {
    CAPTURE(prompt);
    CHECK_FALSE(is_noted(prompt));
  }
}
