#include "storage/host/clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

using namespace kodad;
using storage::host::new_id;

TEST_CASE("ids sort in the order in which they were made, however fast") {
  auto last = new_id<proto::session_id>("ses").text;
  for (int i = 0; i < 20'000; ++i) {
    auto next = new_id<proto::session_id>("ses").text;
    REQUIRE(last < next);
    last = next;
  }
}

TEST_CASE("no two threads get the same id") {
  constexpr size_t each = 5000;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made)
    threads.emplace_back([&ids] {
      for (size_t i = 0; i < each; ++i)
        ids.push_back(new_id<proto::message_id>("msg").text);
    });
  for (auto& one : threads)
    one.join();

  std::set<std::string> all;
  for (const auto& ids : made) {
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    all.insert(ids.begin(), ids.end());
  }
  CHECK(all.size() == made.size() * each);
}
