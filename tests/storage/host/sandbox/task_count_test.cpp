#include "storage/host/sandbox/task_count.hpp"

#include <doctest/doctest.h>

using namespace kodad::storage::host;

TEST_CASE("starts are granted up to the bound, and counted only when it is reached") {
  uint64_t real = 2; // The broker and the command.
  int counts = 0;
  task_count tasks(10, [&] {
    ++counts;
    return real;
  });
  for (; real < 10; ++real)
    CHECK(tasks.grant());
  CHECK(counts == 0);
  CHECK_FALSE(tasks.grant());
  CHECK_FALSE(tasks.grant());
  CHECK(counts == 2);
}

TEST_CASE("what has ended makes room") {
  uint64_t real = 2;
  task_count tasks(10, [&] { return real; });
  for (int i = 0; i < 1000; ++i)
    REQUIRE(tasks.grant()); // Each ends before the next.
  real = 10;
  while (tasks.grant()) {
  }
  real = 9;
  CHECK(tasks.grant());
  real = 10;
  CHECK_FALSE(tasks.grant());
}

TEST_CASE("without a bound nothing is counted") {
  task_count tasks(0, [] {
    FAIL("counted");
    return uint64_t{0};
  });
  for (int i = 0; i < 100; ++i)
    CHECK(tasks.grant());
}
