#include "tests/actors/provider/provider_fixture.hpp"

using namespace kodad;
using namespace kodad::actors;
using test::provider_fixture;

TEST_CASE_FIXTURE(provider_fixture, "after a refusal the next call waits for the provider's time") {
  start(1);
  client->answer(0, 429, "slow down");
  run();
  start(2);
  CHECK(client->exchanges.size() == 1);
  CHECK_FALSE(has_ended(2));

  run_all();
  REQUIRE(client->exchanges.size() == 2);
  client->answer(1, 200, "stop\n");
  run();
  CHECK(code_of(2) == std::nullopt);
}

TEST_CASE_FIXTURE(provider_fixture, "who waits for long is told so once") {
  start(1);
  start(2);
  start(3);
  CHECK(log->calls[3].waits.empty());

  run_all();
  CHECK(log->calls[3].waits ==
        std::vector<std::string>{"waiting for a free stream to the provider"});
  CHECK(log->calls[1].waits.empty());
}

TEST_CASE_FIXTURE(provider_fixture, "a provider tells how busy it is") {
  for (model_call_key key = 1; key <= 3; ++key)
    start(key);
  auto reply = self->request(served, std::chrono::seconds(60), proto::watch_provider{});
  run();

  proto::provider_traffic told;
  reply.receive([&told](proto::provider_traffic& got) { told = std::move(got); },
                [](const caf::error&) { FAIL("no answer"); });
  CHECK(told.running == 2);
  CHECK(told.waiting == 1);
  CHECK(told.held_by == "streams");
}
