#include "http/gateway/page_line.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace kodad::http;

TEST_CASE("a few turns at a time, in the order they were asked for") {
  auto line = std::make_shared<page_line>(2, 3);
  std::vector<int> begun;
  std::vector<page_line::turn> held;
  auto enter = [&](int number) {
    return line->enter([&, number](page_line::turn turn) {
      begun.push_back(number);
      held.push_back(std::move(turn));
    });
  };
  for (int i = 0; i < 5; ++i)
    CHECK(enter(i));
  CHECK(begun == std::vector{0, 1});
  CHECK_FALSE(enter(5));
  while (begun.size() < 5) {
    auto over = std::move(held.front());
    held.erase(held.begin());
    over.reset();
  }
  CHECK(begun == std::vector{0, 1, 2, 3, 4});
  held.clear();
  CHECK(enter(6));
  CHECK(begun.back() == 6);
}

TEST_CASE("a turn that nobody takes gives way to the next, however many") {
  auto line = std::make_shared<page_line>(1, 1000);
  int begun = 0;
  page_line::turn first;
  CHECK(line->enter([&](page_line::turn turn) { first = std::move(turn); }));
  for (int i = 0; i < 1000; ++i)
    CHECK(line->enter([&](const page_line::turn&) { ++begun; }));
  first.reset();
  CHECK(begun == 1000);
}
