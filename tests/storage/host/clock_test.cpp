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

TEST_CASE("a clock beyond what a date can say shows the last date, one before 1970 the first") {
  using storage::host::moment_of;
  CHECK(to_text(moment_of(1'700'000'000, 123'456'789)) == "2023-11-14T22:13:20.123Z");
  CHECK(to_text(moment_of(9'300'000'000, 0)) == "2264-09-14T21:20:00.000Z");
  CHECK(to_text(moment_of(INT64_MAX, 999'999'999)) == "9999-12-31T23:59:59.999Z");
  CHECK(to_text(moment_of(253'402'300'800, 0)) == "9999-12-31T23:59:59.999Z");
  CHECK(to_text(moment_of(-1, 999'999'999)) == "1970-01-01T00:00:00.000Z");
  CHECK(to_text(moment_of(INT64_MIN, 0)) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("ids go on growing when the clock is set back") {
  using storage::host::id_stamp;
  using storage::host::stamp_after;
  auto text = [](const id_stamp& of) { return proto::make_id_text("msg", of.ms, of.bits); };
  proto::random_bits high;
  high.fill(0xff);
  id_stamp last{5'000'000, high};
  for (int64_t ms : {5'000'000LL, 4'999'999LL, 0LL, 5'000'001LL, 3LL}) {
    auto next = stamp_after(last, ms, storage::host::random_bits());
    CHECK(text(last) < text(next));
    last = next;
  }
}

TEST_CASE("a process goes on after the ids of the one before it") {
  auto ahead = storage::host::last_id_ms() + 3'600'000 + storage::host::now().ms;
  storage::host::start_ids_after(ahead);
  storage::host::start_ids_after(5); // Never back.

  auto made = new_id<proto::message_id>("msg").text;
  CHECK(proto::time_of_id(made) == ahead + 1);
  CHECK(made < new_id<proto::message_id>("msg").text);
  CHECK_FALSE(proto::time_of_id("msg_1"));
}
