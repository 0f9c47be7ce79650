#include "storage/host/news_pace.hpp"

#include <doctest/doctest.h>

using namespace kodad::storage::host;
using namespace std::chrono_literals;

TEST_CASE("news are told at once, and counted where they come too often") {
  news_pace pace(2, 60s);
  news_pace::time_point start{};

  CHECK(pace.pass("a", start) == "a");
  CHECK(pace.pass("b", start + 1s) == "b");
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(pace.pass("c", start + 2s));
  CHECK_FALSE(pace.pass("c", start + 59s));
  CHECK(pace.pass("d", start + 60s) == "d (101 more lines like this were left out before)");
  CHECK(pace.pass("e", start + 200s) == "e");
}
