#include "actors/catalog/metadata.hpp"

#include "storage/host/durable_file.hpp"
#include "tests/actors/provider/call_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

constexpr int64_t day_ms = 24 * 3600 * 1000;

struct heard_metadata {
  std::optional<metadata_changed> last;
  int times = 0;
};

struct hearing_state {
  explicit hearing_state(metadata_listener_actor::pointer) {}
};

metadata_listener_actor::behavior_type
metadata_listener(metadata_listener_actor::stateful_pointer<hearing_state>,
                  std::shared_ptr<heard_metadata> heard) {
  return {[heard](const metadata_changed& now) {
    heard->last = now;
    ++heard->times;
  }};
}

/// An answer of models.dev with one vendor.
std::string list_of(const std::string& vendor) {
  return R"({")" + vendor + R"(":{"models":{"m":{"limit":{"context":5}}}}})";
}

struct metadata_fixture : test::actor_fixture {
  metadata_fixture() {
    options.url = "https://models.example/api.json";
    options.client = client;
    options.now = [this] { return now; };
    options.open_shelf = [this] {
      return sys.spawn(metadata_shelf, storage::metadata_cache(folder.path() + subfolder));
    };
    listener = sys.spawn(metadata_listener, heard);
  }

  ~metadata_fixture() {
    close();
    self->send_exit(listener, caf::exit_reason::kill);
    run();
  }

  /// The start of a host.
  void open() {
    known = sys.spawn(metadata, options);
    self->send(known, listen_to_metadata{listener});
    run();
  }

  void close() {
    for (size_t i = 0; i < client->exchanges.size(); ++i)
      client->end(i);
    if (known)
      self->send_exit(known, caf::exit_reason::kill);
    known = nullptr;
    run();
  }

  void restart() {
    close();
    open();
  }

  /// models.dev answers its last question.
  void answer(int status, const std::string& body, const std::string& etag = "\"1\"") {
    auto number = client->exchanges.size() - 1;
    auto link = client->exchanges[number].listener;
    REQUIRE(link);
    link->head(status, {{"content-type", "application/json"}, {"etag", etag}});
    link->data(body);
    client->end(number);
    run();
  }

  void begin_refresh() {
    begun.emplace(self->request(known, caf::infinite, refresh_metadata{}));
    run();
    REQUIRE(asked() == 2);
  }

  /// The refresh has failed for this reason, and "fresh" is known as before.
  void check_failed(const std::string& why) {
    run();
    metadata_changed got;
    begun->receive([&got](const metadata_changed& answered) { got = answered; },
                   [](const caf::error&) { FAIL("no answer"); });
    CHECK_FALSE(got.was_refreshed);
    CHECK(got.failure.value_or("").find(why) != std::string::npos);
    CHECK(knows("fresh"));
    CHECK(failure().find(why) != std::string::npos);
    restart();
    CHECK(knows("fresh"));
  }

  std::string asked_with_etag() {
    for (const auto& [name, value] : client->exchanges.back().request.headers)
      if (name == "if-none-match")
        return value;
    return {};
  }

  size_t asked() const { return client->exchanges.size(); }

  bool knows(const std::string& vendor) const {
    return heard->last && heard->last->known->named(vendor);
  }

  std::string failure() const { return heard->last->failure.value_or(""); }

  std::shared_ptr<test::fake_client> client = std::make_shared<test::fake_client>();
  std::shared_ptr<heard_metadata> heard = std::make_shared<heard_metadata>();
  tests::temp_dir folder;
  std::string subfolder;
  proto::timestamp now{1'790'000'000'000};
  metadata_options options;
  metadata_listener_actor listener;
  metadata_actor known;
  using refresh_reply = decltype(std::declval<caf::scoped_actor&>()->request(
      std::declval<metadata_actor&>(), caf::infinite, refresh_metadata{}));
  std::optional<refresh_reply> begun;
};

} // namespace

TEST_CASE_FIXTURE(metadata_fixture, "without an address the snapshot is what is known") {
  options.url.clear();
  open();
  auto reply = self->request(known, caf::infinite, refresh_metadata{});
  run();

  CHECK(knows("anthropic"));
  CHECK(asked() == 0);
  reply.receive([](const metadata_changed& got) { CHECK_FALSE(got.was_refreshed); },
                [](const caf::error&) { FAIL("no answer"); });
  CHECK(failure().empty());
}

TEST_CASE_FIXTURE(metadata_fixture, "the snapshot holds until models.dev has answered") {
  open();
  CHECK(knows("anthropic"));
  REQUIRE(asked() == 1);
  CHECK(client->exchanges[0].request.url == options.url);
  CHECK(client->exchanges[0].request.method == "GET");
  CHECK(asked_with_etag().empty());

  answer(200, list_of("fresh"));
  CHECK(knows("fresh"));
  CHECK_FALSE(knows("anthropic"));
  CHECK(failure().empty());
}

TEST_CASE_FIXTURE(metadata_fixture, "what was fetched lasts for the configured days") {
  open();
  answer(200, list_of("fresh"), "\"tag\"");
  now.ms += 7 * day_ms;
  restart();
  CHECK(asked() == 1);
  CHECK(knows("fresh"));

  now.ms += 1;
  restart();
  REQUIRE(asked() == 2);
  CHECK(asked_with_etag() == "\"tag\"");
  SUBCASE("it has not changed") {
    answer(304, "");
    CHECK(knows("fresh"));
    CHECK(failure().empty());
    now.ms += 7 * day_ms;
    restart();
    CHECK(asked() == 2);
  }
  SUBCASE("it has changed") {
    answer(200, list_of("newer"), "\"next\"");
    CHECK(knows("newer"));
    now.ms += 8 * day_ms;
    restart();
    CHECK(asked_with_etag() == "\"next\"");
  }
  SUBCASE("it cannot be had") {
    answer(503, "busy");
    CHECK(knows("fresh"));
    CHECK(failure() == "status 503");
    restart();
    CHECK(asked() == 3);
  }
}

TEST_CASE_FIXTURE(metadata_fixture, "zero days mean once at every start") {
  options.refresh_days = 0;
  open();
  answer(200, list_of("fresh"));
  for (int i = 0; i < 30; ++i) {
    sched.advance_time(proto::limits::metadata_look);
    run();
  }
  CHECK(asked() == 1);

  restart();
  CHECK(asked() == 2);
}

TEST_CASE_FIXTURE(metadata_fixture, "a host that runs for long looks again") {
  open();
  answer(200, list_of("fresh"));
  now.ms += 8 * day_ms;
  sched.advance_time(proto::limits::metadata_look);
  run();
  REQUIRE(asked() == 2);
  answer(500, "");
  CHECK(failure() == "status 500");

  sched.advance_time(proto::limits::metadata_look);
  run();
  REQUIRE(asked() == 3);
  answer(200, list_of("newer"));
  CHECK(knows("newer"));
  CHECK(failure().empty());
}

TEST_CASE_FIXTURE(metadata_fixture, "a copy from another address or the future is asked about") {
  open();
  answer(200, list_of("fresh"), "\"tag\"");
  SUBCASE("another address") {
    options.url = "https://mirror.example/api.json";
    restart();
    REQUIRE(asked() == 2);
    CHECK(asked_with_etag().empty());
  }
  SUBCASE("the future") {
    now.ms -= day_ms;
    restart();
    REQUIRE(asked() == 2);
    CHECK(asked_with_etag() == "\"tag\"");
  }
  CHECK(knows("fresh"));
}

TEST_CASE_FIXTURE(metadata_fixture, "an answer that is no list changes nothing and is told") {
  open();
  answer(200, list_of("fresh"));
  begin_refresh();
  SUBCASE("another status") {
    answer(404, list_of("wrong"));
    check_failed("status 404");
  }
  SUBCASE("a page") {
    answer(200, "<html></html>");
    check_failed("JSON");
  }
  SUBCASE("an empty list") {
    answer(200, "{}");
    check_failed("no model");
  }
  SUBCASE("no connection") {
    client->end(1, proto::make_error(proto::ec::provider_down, "not reachable"));
    check_failed("not reachable");
  }
  SUBCASE("cut off") {
    client->exchanges[1].listener->head(200, {});
    client->exchanges[1].listener->data(list_of("wrong"));
    client->end(1, proto::make_error(proto::ec::stream_cut, "cut off"));
    check_failed("cut off");
  }
}

TEST_CASE_FIXTURE(metadata_fixture, "an answer that is too long or too slow is given up") {
  open();
  answer(200, list_of("fresh"));
  begin_refresh();
  client->exchanges[1].listener->head(200, {});
  auto link = client->exchanges[1].listener;
  SUBCASE("too long") {
    for (int i = 0; i < 5; ++i) {
      link->data(std::string(proto::limits::metadata_bytes / 4, ' '));
      run();
    }
    CHECK(client->exchanges[1].cancelled);
    check_failed("more than");
  }
  SUBCASE("too long at once") {
    link->data(std::string(proto::limits::metadata_bytes + 1, ' '));
    run();
    CHECK(client->exchanges[1].cancelled);
    check_failed("more than");
  }
  SUBCASE("too slow") {
    sched.advance_time(proto::limits::metadata_deadline);
    run();
    CHECK(client->exchanges[1].cancelled);
    check_failed("too long");
  }
}

TEST_CASE_FIXTURE(metadata_fixture, "two who want a refresh cause one question") {
  open();
  answer(200, list_of("fresh"));
  auto first = self->request(known, caf::infinite, refresh_metadata{});
  auto second = self->request(known, caf::infinite, refresh_metadata{});
  run();
  REQUIRE(asked() == 2);
  answer(304, "");

  int refreshed = 0;
  for (auto* reply : {&first, &second})
    reply->receive([&refreshed](const metadata_changed& got) { refreshed += got.was_refreshed; },
                   [](const caf::error&) { FAIL("no answer"); });
  CHECK(refreshed == 2);
}

TEST_CASE_FIXTURE(metadata_fixture, "who asks while it loads is answered when it has") {
  known = sys.spawn(metadata, options);
  auto any = self->request(known, caf::infinite, get_metadata{});
  auto fresh = self->request(known, caf::infinite, refresh_metadata{});
  run();
  any.receive([](const metadata_changed& got) { CHECK(got.known->named("anthropic")); },
              [](const caf::error&) { FAIL("no answer"); });
  REQUIRE(asked() == 1);

  answer(200, list_of("fresh"));
  fresh.receive([](const metadata_changed& got) { CHECK(got.known->named("fresh")); },
                [](const caf::error&) { FAIL("no answer"); });
}

TEST_CASE_FIXTURE(metadata_fixture, "what cannot be kept is used all the same, and told") {
  subfolder = "/missing";
  open();
  auto reply = self->request(known, caf::infinite, refresh_metadata{});
  run();
  answer(200, list_of("fresh"));

  CHECK(knows("fresh"));
  CHECK(failure().find("/missing") != std::string::npos);
  reply.receive([](const metadata_changed& got) { CHECK(got.was_refreshed); },
                [](const caf::error&) { FAIL("no answer"); });
  sched.advance_time(proto::limits::metadata_look);
  run();
  CHECK(asked() == 1);
}

TEST_CASE_FIXTURE(metadata_fixture, "a copy that was lost meanwhile is fetched again") {
  open();
  answer(200, list_of("fresh"));
  for (const auto& file : storage::host::files_below(folder.path()))
    storage::host::remove_file(file);
  self->send(known, refresh_metadata{});
  run();
  answer(304, "");
  CHECK(knows("fresh"));
  CHECK(failure().find("gone") != std::string::npos);

  restart();
  CHECK(asked_with_etag().empty());
  answer(200, list_of("fresh"));
  CHECK(failure().empty());
}
