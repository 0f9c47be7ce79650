// What is kept of an idempotent request: a hash and a bounded answer, for a day, and not too many.
#include "actors/session/repeat_guard.hpp"

#include "storage/digest.hpp"
#include "storage/reply_store.hpp"
#include "storage/session_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

constexpr int64_t hour = 3'600'000;

struct guard_fixture : test::actor_fixture {
  guard_fixture() {
    auto opened = storage::database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  /// What a request with this key meets: "new", the title of the first answer, or an error's word.
  std::string ask(repeat_guard& guard, const std::string& key, const std::string& fingerprint,
                  const proto::session& answer) {
    std::string out = "new";
    proto::idempotency once{key, fingerprint};
    // An actor without arguments would end under libstdc++'s assertions (CAF 0.17.6).
    auto make = [&](caf::event_based_actor* by, const std::string*) -> caf::behavior {
      return {[&, by](caf::get_atom) -> caf::result<proto::session> {
        auto promise = by->make_response_promise<proto::session>();
        if (guard.answers(*kept, scope, once, promise, [] {}))
          return promise;
        storage::write_batch batch;
        storage::session_store::put(batch, {answer, 0, 0, false, 0, {}}, nullptr);
        guard.begin(batch, scope, once, answer);
        CHECK(kept->commit({&batch, 1})[0].ok());
        guard.finish(once);
        proto::session fresh;
        fresh.title = "new";
        promise.deliver(fresh);
        return promise;
      }};
    };
    auto asked = sys.spawn(make, &key);
    auto reply = self->request(asked, caf::infinite, caf::get_atom_v);
    run();
    reply.receive([&out](const proto::session& got) { out = got.title; },
                  [&out](const caf::error& why) { out = to_word(from_caf(why).code); });
    self->send_exit(asked, caf::exit_reason::kill);
    run();
    return out;
  }

  proto::session titled(const std::string& title, size_t metadata = 0) {
    proto::session out;
    out.id.text = "ses_b";
    out.title = title;
    out.metadata.text = "[\"" + std::string(metadata, 'm') + "\"]";
    return out;
  }

  repeat_guard::clock clock() {
    return [this] { return proto::timestamp{now_ms}; };
  }

  tests::temp_dir dir;
  std::unique_ptr<storage::database> kept;
  std::string scope = "ses_a";
  int64_t now_ms = 1000 * hour;
};

} // namespace

TEST_CASE_FIXTURE(guard_fixture, "a repeat gets the first answer for a day, another request none") {
  repeat_guard guard({}, clock());
  CHECK(ask(guard, "k", "print", titled("first")) == "new");
  CHECK(ask(guard, "k", "print", titled("second")) == "first");
  CHECK(ask(guard, "k", "other", titled("second")) == "idempotency_conflict");
  now_ms += 24 * hour;
  CHECK(ask(guard, "k", "print", titled("second")) == "first");
  now_ms += 1;
  CHECK(ask(guard, "k", "print", titled("third")) == "new");
  CHECK(ask(guard, "k", "print", titled("fourth")) == "third");
}

TEST_CASE_FIXTURE(guard_fixture, "an answer too large to keep is made again from what is kept") {
  repeat_guard guard({}, clock());
  CHECK(ask(guard, "k", "print", titled("large", 100'000)) == "new");
  auto row = storage::reply_store::find(kept->read(), scope, "k");
  CHECK((*row)->body.empty());
  CHECK(ask(guard, "k", "print", titled("second")) == "large");
}

TEST_CASE_FIXTURE(guard_fixture, "an owner and the host keep a bounded number") {
  repeat_guard guard({3, 5}, clock());
  for (const char* key : {"a", "b", "c"})
    CHECK(ask(guard, key, "print", titled(key)) == "new");
  CHECK(ask(guard, "d", "print", titled("d")) == "host_full");
  CHECK(ask(guard, "a", "print", titled("d")) == "a");
  repeat_guard again({3, 5}, clock()); // As after a restart.
  CHECK(ask(again, "d", "print", titled("d")) == "host_full");

  scope = "ses_c";
  CHECK(ask(guard, "a", "print", titled("x")) == "new");
  CHECK(ask(guard, "b", "print", titled("y")) == "new");
  scope = "ses_d";
  CHECK(ask(guard, "a", "print", titled("z")) == "host_full");

  storage::write_batch batch;
  storage::reply_store::erase_all(batch, "ses_a");
  REQUIRE(kept->commit({&batch, 1})[0].ok());
  CHECK(ask(guard, "a", "print", titled("z")) == "new");
}

TEST_CASE_FIXTURE(guard_fixture, "what the first release kept of a request is still known") {
  storage::write_batch batch;
  std::string request = "POST /sessions\n{\"title\":\"first\"}";
  proto::kept_reply reply{request, 200, proto::json::write(titled("first")), now_ms, ""};
  auto row = storage::sha256(scope + '\0' + "k");
  batch.put(storage::table::replies, row, "\x01" + proto::json::write(reply));
  REQUIRE(kept->commit({&batch, 1})[0].ok());

  repeat_guard guard({}, clock());
  auto print = storage::to_hex(storage::sha256(request));
  CHECK(ask(guard, "k", print, titled("second")) == "first");
  CHECK(ask(guard, "k", "other", titled("second")) == "idempotency_conflict");
}
