#include "actors/provider/sim/sim.hpp"

#include "tests/actors/provider/call_fixture.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::ec;

namespace {

struct sim_fixture : test::actor_fixture {
  sim_fixture() {
    listener = sys.spawn(test::call_listener, log);
    simulated = sys.spawn(sim, sim_options{}, sim_bounds);
  }

  ~sim_fixture() {
    self->send_exit(listener, caf::exit_reason::kill);
    self->send_exit(simulated, caf::exit_reason::user_shutdown);
    run_all();
  }

  void start(model_call_key key, const std::string& steps, const std::string& session = "a") {
    auto call = test::make_call(key, session, listener);
    auto request = std::make_shared<proto::chat_request>();
    proto::chat_part words;
    words.text = "```sim\n{\"steps\":[" + steps + "]}\n```";
    request->messages.push_back({proto::chat_role::user, {words}});
    request->model.text = "sim/koda";
    call.request = request;
    self->send(simulated, call);
    run();
  }

  std::optional<ec> code_of(model_call_key key) {
    auto& ends = log->calls[key].ends;
    REQUIRE(ends.size() == 1);
    return ends[0] ? std::optional(ends[0]->what.code) : std::nullopt;
  }

  std::shared_ptr<test::call_log> log = std::make_shared<test::call_log>();
  call_listener_actor listener;
  provider_actor simulated;
};

} // namespace

TEST_CASE_FIXTURE(sim_fixture, "a plan without waits is played at once, in batches") {
  start(1, R"({"text":"one two three"})");

  CHECK(log->calls[1].text == "one two three");
  CHECK(log->calls[1].batches == 1);
  CHECK(code_of(1) == std::nullopt);
}

TEST_CASE_FIXTURE(sim_fixture, "a delay holds back what follows it") {
  start(1, R"({"text":"one "},{"delay_ms":1000},{"text":"two"})");
  CHECK(log->calls[1].text == "one ");
  CHECK(log->calls[1].ends.empty());
  run_all();

  CHECK(log->calls[1].text == "one two");
  CHECK(code_of(1) == std::nullopt);
}

TEST_CASE_FIXTURE(sim_fixture, "a call can be cancelled in the middle") {
  start(1, R"({"text":"one "},{"delay_ms":1000},{"text":"two"})");
  self->send(simulated, cancel_call{1});
  run_all();

  CHECK(log->calls[1].text == "one ");
  CHECK(code_of(1) == ec::cancelled);
}

TEST_CASE_FIXTURE(sim_fixture, "an error fails as many attempts as it says, then no more") {
  auto steps = R"({"error":{"status":429,"times":2,"retry_after_ms":9}},{"text":"fine"})";
  start(1, steps);
  start(2, steps, "another session");
  start(3, steps);
  start(4, steps);

  CHECK(code_of(1) == ec::rate_limited);
  CHECK(log->calls[1].ends[0]->retry_after_ms == 9);
  CHECK(code_of(2) == ec::rate_limited);
  CHECK(code_of(3) == ec::rate_limited);
  CHECK(code_of(4) == std::nullopt);
  CHECK(log->calls[4].text == "fine");
}

TEST_CASE_FIXTURE(sim_fixture, "the simulation offers its two models") {
  auto reply = self->request(simulated, std::chrono::seconds(60), proto::list_models{});
  run();

  reply.receive(
      [](proto::model_list& got) {
        REQUIRE(got.models.size() == 2);
        CHECK(got.models[0].id.text == "sim/koda");
        CHECK(got.models[0].context_size == 128'000);
        CHECK(got.models[1].id.text == "sim/load");
      },
      [](const caf::error&) { FAIL("no list"); });
}

TEST_CASE("the count of attempts is bounded and forgets the longest unused") {
  sim_attempts attempts(2);
  CHECK(attempts.count("a") == 1);
  CHECK(attempts.count("b") == 1);
  CHECK(attempts.count("a") == 2);
  CHECK(attempts.count("c") == 1);
  CHECK(attempts.size() == 2);
  CHECK(attempts.count("a") == 3);
  CHECK(attempts.count("b") == 1);
  attempts.forget("b");
  CHECK(attempts.count("b") == 1);
}
