#include "proto/text/line_ends.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using kodad::proto::text::line_ends;

TEST_CASE("line ends are those that a search for both letters finds, in any mix") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 40, 'x');
    for (auto& c : text)
      c = "xyz\r\n"[random() % (round % 2 ? 5 : 4)];
    line_ends ends(text);
    for (size_t from = 0; from <= text.size(); from += random() % 3) {
      CAPTURE(text);
      CAPTURE(from);
      CHECK(ends.next(from) == text.find_first_of("\r\n", from));
    }
  }
}
