// When the turn machine wants the rules read anew, and what it makes of rules that have changed.
#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;

namespace {

/// A turn whose rules are what `then` and `problem` say at the moment.
struct ruled_turn {
  ruled_turn() {
    turn_facts facts;
    facts.models.resize(1);
    facts.models[0].id.text = "a/m";
    facts.steps_max = 10;
    auto rules = [this](const std::string& tool, const std::string&) -> verdict {
      return {then, "x", problem, tool};
    };
    machine.emplace(facts, rules,
                    turn_sources{[] { return proto::question_id{"q"}; },
                                 [] { return proto::timestamp{1}; }, [] { return 0.5; }});
    (void)machine->begin();
  }

  void call(const std::string& tool) {
    (void)machine->on_chunks({{.kind = chunk_kind::tool_begin, .call_id = "c", .tool = tool},
                              {.kind = chunk_kind::tool_end, .text = "{}"},
                              {.kind = chunk_kind::stop, .stop = proto::stop_reason::end}});
  }

  /// The tools that start once all that was kept is kept.
  size_t started(const effects& out) {
    size_t count = 0;
    for (const auto& one : out) {
      if (auto* step = std::get_if<keep_step>(&one))
        for (const auto& next : machine->on_kept(step->token))
          count += std::holds_alternative<start_tool>(next) ? 1 : 0;
    }
    return count;
  }

  proto::action then = proto::action::ask;
  std::optional<proto::error> problem;
  std::optional<turn_machine> machine;
};

} // namespace

TEST_CASE("rules are wanted where calls are to be judged, and not for a text") {
  ruled_turn turn;
  CHECK(!turn.machine->has_calls_to_judge());
  (void)turn.machine->on_chunks({{.kind = chunk_kind::text, .text = "hello"}});
  CHECK(!turn.machine->has_calls_to_judge());
  turn.call("bash");
  CHECK(turn.machine->has_calls_to_judge());
  (void)turn.machine->on_call_ended({});
  CHECK(!turn.machine->has_calls_to_judge());

  CHECK(turn.machine->may_start_call({{"q"}, {"once"}}));
  CHECK(turn.machine->may_start_call({{"q"}, {"always", "x *"}}));
  CHECK(!turn.machine->may_start_call({{"q"}, {"reject"}}));
  CHECK(!turn.machine->may_start_call({{"other"}, {"once"}}));
  (void)turn.machine->on_cancel();
  CHECK(!turn.machine->may_start_call({{"q"}, {"once"}}));

  ruled_turn cancelled;
  cancelled.call("bash");
  (void)cancelled.machine->on_cancel();
  CHECK(!cancelled.machine->has_calls_to_judge());
}

TEST_CASE("an answer allows what the rules ask about now, and nothing that they deny by now") {
  for (auto [then, problem, starts] : {std::tuple(proto::action::ask, false, size_t{1}),
                                       {proto::action::allow, false, 1},
                                       {proto::action::deny, false, 0},
                                       {proto::action::deny, true, 0}}) {
    ruled_turn turn;
    turn.call("bash");
    (void)turn.machine->on_call_ended({});
    turn.then = then;
    if (problem)
      turn.problem = proto::make_error(proto::ec::tool_denied, "kodad.yaml line 1");

    auto out = turn.machine->on_answer({{"q"}, {"always"}});

    for (const auto& one : out)
      if (auto* step = std::get_if<keep_step>(&one))
        CHECK(step->what.granted.size() == starts);
    CHECK(turn.started(out) == starts);
    const auto& part = turn.machine->parts()[0].shown;
    if (starts == 0)
      CHECK(part.output->starts_with(problem ? "tool_denied: kodad.yaml line 1"
                                             : "tool_denied: a permission rule"));
  }
}
