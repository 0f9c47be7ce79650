#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;
using proto::ec;
using proto::event_type;
using proto::provider::call_failure;
using proto::provider::remedy;

namespace {

template <class T>
std::vector<T> all(const effects& from) {
  std::vector<T> out;
  for (const auto& one : from)
    if (const auto* found = std::get_if<T>(&one))
      out.push_back(*found);
  return out;
}

proto::model model(std::string id, int64_t context_size = 1000) {
  proto::model out;
  out.id.text = std::move(id);
  out.provider_id = provider_of(out.id);
  out.context_size = context_size;
  out.cost_output = 1e6; // A dollar a token.
  return out;
}

call_failure failure(ec code, remedy then, std::optional<int64_t> wait = {}) {
  return {proto::make_error(code, "it failed"), then, wait};
}

/// A turn whose model calls the test answers; everything to keep is kept at once.
struct course {
  explicit course(std::vector<proto::model> models, int retries_max = 2, spending money = {}) {
    turn_facts facts;
    facts.record.shown.number = 3;
    facts.models = std::move(models);
    facts.steps_max = 10;
    facts.retries_max = retries_max;
    facts.money = money;
    auto allow = [](const std::string&, const std::string&) -> verdict {
      return {proto::action::allow, "", {}};
    };
    machine.emplace(facts, allow,
                    turn_sources{[] { return proto::question_id{"q"}; },
                                 [] { return proto::timestamp{}; }, [] { return 0.5; }});
    follow(machine->begin());
  }

  void follow(effects todo) {
    for (auto& what : todo) {
      if (auto* call = std::get_if<call_model>(&what))
        calls.push_back(*call);
      if (auto* wait = std::get_if<wait_before_retry>(&what)) {
        waits.push_back(wait->delay_ms);
        follow(machine->on_retry_time(wait->ticket));
      }
      if (auto* tool = std::get_if<start_tool>(&what))
        follow(machine->on_tool_finished({.call = tool->call, .output = "done"}));
      if (auto* ending = std::get_if<end_turn>(&what))
        end = ending->how;
      if (auto* step = std::get_if<keep_step>(&what)) {
        kept.push_back(step->what);
        follow(machine->on_kept(step->token));
      }
    }
  }

  void fail(const call_failure& how) { follow(machine->on_call_ended(how)); }

  void say(int64_t tokens) {
    follow(machine->on_chunks({{.kind = chunk_kind::text, .text = "w"},
                               {.kind = chunk_kind::usage, .spent = {.output_tokens = tokens}}}));
  }

  void answer(bool with_tool = false) {
    if (with_tool)
      follow(machine->on_chunks(
          {{.kind = chunk_kind::tool_begin, .call_id = "c" + std::to_string(++tools), .tool = "t"},
           {.kind = chunk_kind::tool_end, .text = "{}"}}));
    else
      follow(machine->on_chunks({{.kind = chunk_kind::text, .text = "well"}}));
    follow(machine->on_chunks({{.kind = chunk_kind::stop}}));
    follow(machine->on_call_ended({}));
  }

  /// The retry events so far, as JSON.
  std::vector<std::string> notices() const {
    std::vector<std::string> out;
    for (const auto& step : kept)
      for (const auto& what : step.events)
        if (what.type == event_type::retry)
          out.push_back(what.data);
    return out;
  }

  std::optional<turn_machine> machine;
  std::vector<call_model> calls;
  std::vector<int64_t> waits;
  std::vector<turn_keeps> kept;
  std::optional<turn_ends> end;
  int tools = 0;
};

} // namespace

TEST_CASE("all retries of a turn come out of one budget, and a completed step gives one back") {
  course turn({model("a/m")}, 2);

  turn.fail(failure(ec::stream_cut, remedy::retry));
  turn.answer(true);
  turn.fail(failure(ec::stream_cut, remedy::retry));
  turn.fail(failure(ec::stream_cut, remedy::retry));
  CHECK_FALSE(turn.end);
  turn.fail(failure(ec::stream_cut, remedy::retry));

  REQUIRE(turn.end);
  CHECK(turn.end->failure->code == ec::stream_cut);
  CHECK(turn.end->retryable);
  CHECK(turn.calls.size() == 5);
}

TEST_CASE("a wait that the provider asks for is kept to the millisecond, unless it is too long") {
  course patient({model("a/m")});
  patient.fail(failure(ec::rate_limited, remedy::retry, 59'999));
  CHECK(patient.waits == std::vector<int64_t>{59'999});

  course hopeless({model("a/m"), model("b/m")});
  hopeless.fail(failure(ec::rate_limited, remedy::retry, 3'600'000));
  REQUIRE(hopeless.calls.size() == 2);
  CHECK(hopeless.calls[1].model == 1);
  CHECK(hopeless.waits == std::vector<int64_t>{0});
}

TEST_CASE("a model that fails for good is followed by the next one, and never comes back") {
  course turn({model("a/m"), model("b/m"), model("c/m")}, 0);

  turn.fail(failure(ec::provider_failed, remedy::retry));
  turn.answer(true);
  turn.fail(failure(ec::provider_auth, remedy::fall_back));
  turn.answer();

  REQUIRE(turn.calls.size() == 4);
  CHECK(turn.calls[1].model == 1);
  CHECK(turn.calls[2].model == 1);
  CHECK(turn.calls[3].model == 2);
  CHECK(turn.end->phase == proto::turn_phase::succeeded);
  CHECK(turn.end->last.called.text == "c/m"); // Whether or not it told its usage.
  REQUIRE(turn.notices().size() == 2);
  CHECK(turn.notices()[0].find("falling back to b/m") != std::string::npos);
  CHECK(turn.notices()[0].find(R"("model_id":"b/m")") != std::string::npos);
}

TEST_CASE("a spent budget of a provider is not asked for again at another of its models") {
  course turn({model("a/m"), model("a/n"), model("b/m")});

  turn.fail(failure(ec::quota_exceeded, remedy::fall_back));

  REQUIRE(turn.calls.size() == 2);
  CHECK(turn.calls[1].model == 2);
}

TEST_CASE("with nobody to fall back to the turn fails with what went wrong") {
  course turn({model("a/m")});

  turn.fail(failure(ec::quota_exceeded, remedy::fall_back));

  REQUIRE(turn.end);
  CHECK(turn.end->failure->code == ec::quota_exceeded);
  CHECK_FALSE(turn.end->retryable);
}

TEST_CASE("a request that nobody would take is given up at once") {
  course turn({model("a/m"), model("b/m")});

  turn.fail(failure(ec::provider_refused, remedy::give_up));

  CHECK(turn.end);
  CHECK(turn.calls.size() == 1);
}

TEST_CASE("a request that is refused as it stands is made once more, as plain text") {
  course turn({model("a/m"), model("b/m")});

  turn.fail(failure(ec::provider_refused, remedy::simplify));
  turn.answer(true);
  turn.fail(failure(ec::provider_refused, remedy::simplify));

  REQUIRE(turn.calls.size() == 3);
  CHECK_FALSE(turn.calls[0].plain);
  CHECK(turn.calls[1].plain);
  CHECK(turn.calls[2].plain);
  CHECK(turn.waits[0] == 0);
  REQUIRE(turn.end);
  CHECK(turn.end->failure->context == "it failed");
  CHECK_FALSE(turn.end->retryable);
}

TEST_CASE("a conversation too long is shortened step by step, then given to a larger model") {
  course turn({model("a/small"), model("b/smaller", 10), model("b/large", 9000)}, 0);

  for (int i = 0; i < 4; ++i)
    turn.fail(failure(ec::context_overflow, remedy::shrink));

  REQUIRE(turn.calls.size() == 5);
  CHECK(turn.calls[1].shrinking == 1);
  CHECK(turn.calls[3].shrinking == 3);
  CHECK(turn.calls[4].model == 2);
  CHECK(turn.calls[4].shrinking == 0);
}

TEST_CASE("no notice tells of an attempt beyond the last") {
  course turn({model("a/m"), model("b/m"), model("c/m")}, 1);
  turn.fail(failure(ec::provider_failed, remedy::retry));
  turn.fail(failure(ec::provider_failed, remedy::retry)); // The budget is spent: another model.
  turn.fail(failure(ec::provider_auth, remedy::fall_back));
  REQUIRE(turn.notices().size() == 3);
  for (const auto& notice : turn.notices()) {
    CAPTURE(notice);
    CHECK(notice.find(R"("attempt":1,"max_attempts":1,)") != std::string::npos);
  }
}

TEST_CASE("what a failed attempt cost counts") {
  course turn({model("a/m")});
  turn.say(5);
  turn.fail(failure(ec::stream_cut, remedy::retry));
  turn.say(2);
  turn.answer();

  REQUIRE(turn.kept.size() == 1);
  CHECK(turn.kept[0].call_usage->output_tokens == 5);
  CHECK_FALSE(turn.kept[0].completes_call);
  CHECK(turn.end->last.call_cost == doctest::Approx(2));
  CHECK(turn.end->last.completes_call);
}

TEST_CASE("a spent budget ends the turn before the next call") {
  course turn({model("a/m")}, 2, {10, 4});
  turn.say(5);
  turn.answer(true);
  CHECK(turn.calls.size() == 2);
  turn.say(1);
  turn.answer(true);

  CHECK(turn.calls.size() == 2);
  REQUIRE(turn.end);
  CHECK(turn.end->phase == proto::turn_phase::succeeded);
  CHECK(turn.end->finish_reason == "budget_exceeded");

  course late({model("a/m")}, 2, {10, 10});
  CHECK(late.calls.empty());
  CHECK(late.end->finish_reason == "budget_exceeded");
}

TEST_CASE("who waits for the provider is told") {
  course turn({model("a/m")});

  turn.follow(turn.machine->on_call_waits({1, "waiting for a free stream", 250}));

  REQUIRE(turn.notices().size() == 1);
  CHECK(turn.notices()[0].find(R"("delay_ms":250)") != std::string::npos);
  CHECK_FALSE(turn.kept[0].attempt_begins);
  CHECK_FALSE(turn.kept[0].events[0].voids_attempt);
}
