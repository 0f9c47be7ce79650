#include "actors/tools/pool/work_pool.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"

#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>

using namespace kodad::actors;
namespace limits = kodad::proto::limits;

namespace {

/// Steps that hang until they are let go, and a count of those that are over.
struct gate {
  void hang() {
    std::unique_lock lock(mutex);
    opened.wait(lock, [this] { return is_open; });
    note(lock);
  }
  void pass() {
    std::unique_lock lock(mutex);
    note(lock);
  }
  void note(std::unique_lock<std::mutex>&) {
    ++over;
    opened.notify_all();
  }
  void open() {
    std::lock_guard lock(mutex);
    is_open = true;
    opened.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock lock(mutex);
    return opened.wait_for(lock, std::chrono::minutes(1), [&] { return over >= count; });
  }

  std::mutex mutex;
  std::condition_variable opened;
  bool is_open = false;
  int over = 0;
};

} // namespace

TEST_CASE("while a hundred steps hang on one disk another's are served") {
  auto dead = std::make_shared<gate>();
  auto good = std::make_shared<gate>();
  work_pool pool;
  for (int i = 0; i < 100; ++i)
    REQUIRE(pool.post({std::to_string(i), "/dead"}, [dead] { dead->hang(); }));
  for (int i = 0; i < 100; ++i)
    REQUIRE(pool.post({"s", "/good"}, [good] { good->pass(); }));
  CHECK(good->wait_for(100));
  CHECK(pool.threads() <= limits::tool_threads + limits::slow_steps);
  dead->open();
  CHECK(dead->wait_for(100));
  auto again = std::make_shared<gate>();
  REQUIRE(pool.post({"s", "/dead"}, [again] { again->pass(); }));
  CHECK(again->wait_for(1));
}

TEST_CASE("a pool ends while its steps hang, and they end later by themselves") {
  auto dead = std::make_shared<gate>();
  {
    work_pool pool;
    for (int i = 0; i < 4; ++i)
      REQUIRE(pool.post({"s", "/dead"}, [dead] { dead->hang(); }));
    auto good = std::make_shared<gate>();
    REQUIRE(pool.post({"t", "/good"}, [good] { good->pass(); }));
    REQUIRE(good->wait_for(1));
  }
  dead->open();
  CHECK(dead->wait_for(4));
}

TEST_CASE("a step that waits can be withdrawn") {
  auto dead = std::make_shared<gate>();
  work_pool pool;
  for (int i = 0; i < 4; ++i)
    REQUIRE(pool.post({"s", "/dead"}, [dead] { dead->hang(); }));
  auto last = pool.post({"s", "/dead"}, [dead] { dead->pass(); });
  REQUIRE(last);
  CHECK(pool.withdraw(*last));
  CHECK(!pool.withdraw(*last));
  dead->open();
  CHECK(dead->wait_for(4));
}
