// The store forgets kept answers after 24 hours by the wall clock that it is given, in steps.
#include "actors/store/store.hpp"

#include "proto/limits/storage.hpp"
#include "storage/reply_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

constexpr int64_t hour = 3'600'000;

struct store_fixture : test::actor_fixture {
  store_fixture() {
    auto opened = storage::database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  ~store_fixture() {
    self->send_exit(actor, caf::exit_reason::kill);
    actor = nullptr;
    run();
  }

  void open() {
    actor = sys.spawn(store, kept.get(), wall_clock([this] { return proto::timestamp{now_ms}; }),
                      store_reports{});
    run();
  }

  void keep(const std::string& key, int64_t kept_at_ms) {
    storage::write_batch batch;
    storage::reply_store::put(batch, "ses_a", key, {"print", 200, "{}", kept_at_ms, ""});
    REQUIRE(kept->commit({&batch, 1})[0].ok());
  }

  size_t count() { return *kept->read().count(storage::table::replies); }
  size_t by_time() { return *kept->read().count(storage::table::replies_by_time); }

  tests::temp_dir dir;
  std::unique_ptr<storage::database> kept;
  store_actor actor;
  int64_t now_ms = 1000 * hour;
};

} // namespace

TEST_CASE_FIXTURE(store_fixture, "kept answers are forgotten after a day, at the start too") {
  keep("old", now_ms - 24 * hour - 1);
  keep("young", now_ms - 24 * hour + hour);
  open();
  CHECK(count() == 1);
  CHECK(by_time() == 1);

  sched.trigger_timeouts();
  run();
  CHECK(count() == 1);

  now_ms += 2 * hour;
  sched.trigger_timeouts();
  run();
  CHECK(count() == 0);
  CHECK(by_time() == 0);
}

TEST_CASE_FIXTURE(store_fixture, "many old answers are forgotten in steps that let others in") {
  auto rows = proto::limits::reply_sweep_rows;
  storage::write_batch batch;
  for (size_t i = 0; i < 2 * rows + 5; ++i)
    storage::reply_store::put(batch, "ses_a", std::to_string(i),
                              {"print", 200, "{}", static_cast<int64_t>(i), ""});
  REQUIRE(kept->commit({&batch, 1})[0].ok());
  actor = sys.spawn(store, kept.get(), wall_clock([this] { return proto::timestamp{now_ms}; }),
                    store_reports{});

  while (count() == 2 * rows + 5)
    REQUIRE(sched.try_run_once());
  CHECK(count() == rows + 5);
  self->send(actor, actors::keep{});
  run();
  CHECK(count() == 0);
  CHECK(by_time() == 0);
}
