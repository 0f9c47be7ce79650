// What ends a turn whose model goes on and on.
#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;
using proto::event_type;

namespace {

constexpr int steps_max = 10;

std::vector<proto::stream_chunk> tool_call(const std::string& tool) {
  return {{.kind = chunk_kind::tool_begin, .call_id = "", .tool = tool},
          {.kind = chunk_kind::tool_end, .text = "{}"},
          {.kind = chunk_kind::stop, .stop = proto::stop_reason::tool_calls}};
}

/// A turn that has used up its steps with calls that were denied.
struct spent_turn {
  spent_turn() {
    turn_facts facts;
    facts.record.shown.number = 7;
    facts.models.resize(1);
    facts.models[0].id.text = "mock/m";
    facts.steps_max = steps_max;
    auto rules = [](const std::string& tool, const std::string&) -> verdict {
      return {tool == "rm" ? proto::action::deny : proto::action::allow, "", {}, ""};
    };
    machine.emplace(facts, rules,
                    turn_sources{[] { return proto::question_id{"q"}; },
                                 [] { return proto::timestamp{1}; }, [] { return 0.5; }});
    look_at(machine->begin());
    for (int step = 0; step < steps_max; ++step) {
      CHECK(calls.back().with_tools);
      answer(tool_call("rm"));
    }
  }

  void answer(const std::vector<proto::stream_chunk>& all) {
    (void)machine->on_chunks(all);
    look_at(machine->on_call_ended({}));
  }

  void look_at(const effects& todo) {
    for (const auto& one : todo) {
      if (const auto* call = std::get_if<call_model>(&one))
        calls.push_back(*call);
      if (const auto* ending = std::get_if<end_turn>(&one))
        end = ending->how;
    }
  }

  std::optional<turn_machine> machine;
  std::vector<call_model> calls;
  std::optional<turn_ends> end;
};

} // namespace

TEST_CASE_FIXTURE(spent_turn, "when the steps are used up the model must answer") {
  CHECK(calls.size() == steps_max + 1);
  CHECK_FALSE(calls.back().with_tools);
  CHECK_FALSE(end);
}

TEST_CASE_FIXTURE(spent_turn, "a call beyond the steps is not run, and the turn ends") {
  answer(tool_call("read"));
  CHECK(calls.size() == steps_max + 1);
  REQUIRE(end);
  CHECK(end->finish_reason == "step_limit");
  std::vector<event_type> seen;
  for (const auto& one : end->last.events)
    seen.push_back(one.type);
  CHECK(seen == std::vector{event_type::tool_start, event_type::tool_end});
  const auto& beyond = machine->parts().back().shown;
  CHECK(beyond.status == proto::tool_status::failed);
  CHECK(beyond.error->find("session.primary_max_steps") != std::string::npos);
}

TEST_CASE("an answer that was forced by the limit of steps says so") {
  for (auto how : {proto::stop_reason::end, proto::stop_reason::pause}) {
    spent_turn turn;
    turn.answer(
        {{.kind = chunk_kind::text, .text = "so far"}, {.kind = chunk_kind::stop, .stop = how}});
    REQUIRE(turn.end);
    CHECK(turn.end->finish_reason == "step_limit");
  }
}
