#include "storage/crash_trace.hpp"
#include "storage/session_store.hpp"
#include "storage/turn_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

struct crashed_host {
  crashed_host() {
    auto opened = database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  void add_session(const std::string& id, uint64_t last, uint64_t reserved) {
    proto::session_record made;
    made.shown.id.text = id;
    made.shown.last_event_id = last;
    made.event_ids_reserved = reserved;
    session_store::put(batch, made, nullptr);
  }

  void add_turn(const std::string& session, proto::turn_phase state) {
    proto::turn_record made;
    made.shown.session_id.text = session;
    made.shown.operation_id.text = "turn_of_" + session;
    made.shown.number = 1;
    made.shown.state = state;
    turn_store::put(batch, made);
  }

  void commit() { REQUIRE(kept->commit({&batch, 1})[0].ok()); }

  uint64_t last_of(const std::string& id) const {
    auto found = session_store::find(kept->read(), proto::session_id{id});
    REQUIRE((found.ok() && *found));
    return (*found)->shown.last_event_id;
  }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
  write_batch batch;
};

} // namespace

TEST_CASE_FIXTURE(crashed_host, "the events of a turn that was cut off end where they may have") {
  add_session("ses_cut", 5, 100);
  add_turn("ses_cut", proto::turn_phase::running);
  add_session("ses_done", 5, 100);
  add_turn("ses_done", proto::turn_phase::succeeded);
  add_session("ses_exact", 7, 7);
  add_turn("ses_exact", proto::turn_phase::running);
  commit();

  REQUIRE(settle_event_ids(*kept).ok());

  CHECK(last_of("ses_cut") == 100);
  CHECK(last_of("ses_done") == 5);
  CHECK(last_of("ses_exact") == 7);
}
