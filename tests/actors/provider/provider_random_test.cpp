#include "actors/provider/provider.hpp"
#include "actors/provider/sim/sim.hpp"
#include "tests/actors/provider/call_fixture.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

constexpr unsigned seeds = 1000;
constexpr model_call_key calls = 12;

/// One provider under random starts, cancellations, answers and orders of mail.
struct random_course : test::actor_fixture {
  explicit random_course(unsigned seed) : random(seed) {
    wire->format = std::make_shared<test::line_format>();
    wire->client = client;
    listener = sys.spawn(test::call_listener, log);
  }

  ~random_course() {
    self->send_exit(listener, caf::exit_reason::user_shutdown);
    self->send_exit(served, caf::exit_reason::user_shutdown);
    run_all();
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random() % below); }

  void play() {
    model_call_key next = 1;
    for (int step = 0; step < 120; ++step) {
      switch (pick(5)) {
      case 0:
        if (next <= calls)
          self->send(served, call(next++));
        break;
      case 1:
        if (pick(3) == 0)
          self->send(served, cancel_call{1 + pick(calls)});
        break;
      case 2:
        answer_something();
        break;
      default:
        run_one(random);
      }
    }
    for (; next <= calls; ++next)
      self->send(served, call(next));
  }

  /// Everything that is still open comes to an end.
  void settle() {
    for (int round = 0; round < 50; ++round) {
      while (run_one(random)) {
      }
      for (size_t i = 0; i < client->exchanges.size(); ++i)
        client->end(i);
      sched.trigger_timeouts();
    }
  }

  void answer_something() {
    if (client->exchanges.empty())
      return;
    auto& chosen = client->exchanges[pick(static_cast<unsigned>(client->exchanges.size()))];
    if (!chosen.listener)
      return;
    auto key = static_cast<exchange_key>(&chosen - client->exchanges.data());
    const char* pieces[] = {"word\n", "half", "stop\n", "broken\n", "throw\n"};
    switch (pick(6)) {
    case 0:
      return chosen.listener->head(pick(4) == 0 ? 503 : 200, {});
    case 1:
      return client->end(key);
    case 2:
      return client->end(key, proto::make_error(proto::ec::stream_stalled, "silent"));
    default:
      return chosen.listener->data(pieces[pick(pick(8) == 0 ? 5 : 4)]);
    }
  }

  start_call call(model_call_key key) {
    auto out = test::make_call(key, "s" + std::to_string(pick(3)), listener);
    auto request = std::make_shared<proto::chat_request>();
    request->model.text = "sim/load";
    proto::chat_part words;
    words.text = pick(2) == 0 ? "hello"
                              : "```sim\n{\"steps\":[{\"text\":\"a b c\"},{\"delay_ms\":50},"
                                "{\"error\":{\"status\":500}}]}\n```";
    request->messages.push_back({proto::chat_role::user, {words}});
    out.request = request;
    return out;
  }

  /// @param seen Counts the ends by their code.
  void check(std::map<std::string, int>& seen) {
    REQUIRE(log->calls.size() == calls);
    for (auto& [key, heard] : log->calls) {
      REQUIRE(heard.ends.size() == 1);
      CHECK(heard.late == 0);
      const auto& failure = heard.ends.front();
      ++seen[failure ? std::string(to_word(failure->what.code)) : "success"];
    }
    CHECK(client->open() == 0);
  }

  std::mt19937 random;
  std::shared_ptr<test::fake_client> client = std::make_shared<test::fake_client>();
  std::shared_ptr<provider_wire> wire = std::make_shared<provider_wire>();
  std::shared_ptr<test::call_log> log = std::make_shared<test::call_log>();
  call_listener_actor listener;
  provider_actor served;
};

} // namespace

TEST_CASE("whatever happens, a call of a provider ends exactly once") {
  std::map<std::string, int> seen;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    random_course course(seed);
    provider_options options;
    options.bounds = {2, 4, 2};
    course.served =
        course.sys.spawn(provider, std::shared_ptr<const provider_wire>(course.wire), options);
    course.play();
    if (seed % 5 == 0)
      course.self->send_exit(course.served, caf::exit_reason::user_shutdown);
    course.settle();
    if (seed % 5 != 0)
      course.check(seen);
  }
  for (std::string word : {"success", "cancelled", "host_full", "internal", "provider_failed",
                           "rate_limited", "stream_cut", "stream_stalled"})
    CHECK_MESSAGE(seen[word] > 10, word);
}

TEST_CASE("whatever happens, a call of the simulation ends exactly once") {
  std::map<std::string, int> seen;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    random_course course(seed);
    course.served = course.sys.spawn(sim, sim_options{}, desk_bounds{2, 4, 2});
    course.play();
    course.settle();
    course.check(seen);
  }
  for (std::string word : {"success", "cancelled", "host_full", "provider_failed"})
    CHECK_MESSAGE(seen[word] > 10, word);
}
