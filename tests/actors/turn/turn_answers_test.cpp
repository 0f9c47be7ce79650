// What the turn makes of answers that are empty, blank or broken.
#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;
using proto::ec;
using proto::event_type;

namespace {

using chunks = std::vector<proto::stream_chunk>;

proto::stream_chunk text(std::string said) {
  return {.kind = chunk_kind::text, .text = std::move(said)};
}

proto::stream_chunk thought(std::string said) {
  return {.kind = chunk_kind::reasoning, .text = std::move(said)};
}

proto::stream_chunk stop(proto::stop_reason why = proto::stop_reason::end) {
  return {.kind = chunk_kind::stop, .stop = why};
}

chunks call(const std::string& tool, const std::string& input, const std::string& end_tool = "") {
  return {{.kind = chunk_kind::tool_begin, .call_id = "c", .tool = tool},
          {.kind = chunk_kind::tool_end, .text = input, .tool = end_tool}};
}

/// A turn whose waits are over at once, and whose rules know "bash", also as "Bash".
struct course {
  explicit course(int retries_max = 2) {
    turn_facts facts;
    facts.record.shown.number = 3;
    facts.models.resize(1);
    facts.models[0].id.text = "a/m";
    facts.steps_max = 10;
    facts.retries_max = retries_max;
    auto rules = [this](const std::string& tool, const std::string& input) -> verdict {
      judged.push_back(tool + " " + input);
      if (tool != "bash" && tool != "Bash")
        return {proto::action::deny, "", proto::make_error(ec::tool_not_found, "no such"), ""};
      return {proto::action::allow, "", {}, "bash"};
    };
    machine.emplace(facts, rules,
                    turn_sources{[] { return proto::question_id{"q"}; },
                                 [] { return proto::timestamp{1}; }, [] { return 0.5; }});
    follow(machine->begin());
  }

  void follow(effects todo) {
    for (auto& effect : todo) {
      calls += std::holds_alternative<call_model>(effect) ? 1 : 0;
      if (auto* wait = std::get_if<wait_before_retry>(&effect))
        follow(machine->on_retry_time(wait->ticket));
      if (auto* tool = std::get_if<start_tool>(&effect)) {
        ran.push_back(tool->tool + tool->input);
        auto told = finished;
        told.call = tool->call;
        follow(machine->on_tool_finished(told));
      }
      if (auto* ending = std::get_if<end_turn>(&effect))
        end = ending->how;
      if (auto* step = std::get_if<keep_step>(&effect)) {
        for (const auto& one : step->what.events)
          events.push_back(one);
        follow(machine->on_kept(step->token));
      }
    }
  }

  void answer(const chunks& all) {
    follow(machine->on_chunks(all));
    follow(machine->on_call_ended({}));
  }

  int retries() const {
    return static_cast<int>(std::ranges::count(events, event_type::retry, &proto::event::type));
  }

  std::string data_of(event_type type) const {
    auto found = std::ranges::find(events, type, &proto::event::type);
    return found == events.end() ? "" : found->data;
  }

  std::optional<turn_machine> machine;
  int calls = 0;
  std::vector<std::string> judged;
  std::vector<std::string> ran;
  tool_finished finished{.output = "done"}; ///< What each call gives.
  std::vector<proto::event> events;
  std::optional<turn_ends> end;
};

bool holds(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an answer with nothing in it is made again, and is an error when it stays so") {
  for (const chunks& empty :
       {chunks{stop()}, chunks{text("\n\n "), stop()}, chunks{thought("hm, well"), stop()},
        chunks{stop(proto::stop_reason::tool_calls)}, chunks{stop(proto::stop_reason::length)},
        chunks{thought("hm"), stop(proto::stop_reason::length)}}) {
    course turn(2);
    turn.answer(empty);
    CHECK_FALSE(turn.end);
    turn.answer(empty);
    turn.answer(empty);
    REQUIRE(turn.end);
    CHECK(turn.retries() == 2);
    CHECK(turn.end->phase == proto::turn_phase::failed);
    CHECK(turn.end->failure->code == ec::provider_failed);
    CHECK(turn.end->retryable);
    CHECK(turn.machine->parts().empty());

    course better(2);
    better.answer(empty);
    better.answer({text("Here."), stop()});
    REQUIRE(better.end);
    CHECK(better.end->finish_reason == "stop");
    CHECK(better.machine->parts()[0].shown.text == "Here.");
  }
}

TEST_CASE("an empty answer names the limit that left no room for it") {
  course turn(0);
  turn.answer({thought("hm"), stop(proto::stop_reason::length)});
  REQUIRE(turn.end);
  CHECK(holds(turn.end->failure->context, "output limit"));
}

TEST_CASE("an answer that was held back is an error at once") {
  for (auto why : {proto::stop_reason::filtered, proto::stop_reason::refusal}) {
    course turn;
    turn.answer({thought("hm"), stop(why)});
    REQUIRE(turn.end);
    CHECK(turn.retries() == 0);
    CHECK(turn.end->phase == proto::turn_phase::failed);
    CHECK(turn.end->failure->code == ec::content_filtered);
    CHECK_FALSE(turn.end->retryable);
  }
}

TEST_CASE("a conversation that leaves no room for an answer is shortened") {
  course turn;
  turn.answer({stop(proto::stop_reason::context_full)});
  CHECK_FALSE(turn.end);
  turn.answer({text("Here."), stop()});
  REQUIRE(turn.end);
  CHECK(turn.end->finish_reason == "stop");
}

TEST_CASE("what was said before the limit or the filter is kept") {
  for (auto why : {proto::stop_reason::length, proto::stop_reason::filtered,
                   proto::stop_reason::refusal, proto::stop_reason::context_full}) {
    course turn;
    turn.answer({text("So far"), stop(why)});
    REQUIRE(turn.end);
    CHECK_FALSE(turn.end->failure);
    CHECK(turn.end->finish_reason != "stop");
  }
}

TEST_CASE("blank text before a call is not kept, text that carries something is") {
  course turn;
  chunks answer{text("\n\n")};
  for (const auto& chunk : call("bash", "{}"))
    answer.push_back(chunk);
  answer.push_back(stop());
  turn.answer(answer);
  REQUIRE(turn.machine->parts().size() == 1);
  CHECK(turn.machine->parts()[0].shown.type == proto::part_type::tool);
  CHECK(turn.ran == std::vector<std::string>{"bash{}"});

  course sealed;
  sealed.answer({text("a"),
                 {.kind = chunk_kind::part_end},
                 text(""),
                 {.kind = chunk_kind::opaque, .text = "{}"},
                 stop()});
  CHECK(sealed.machine->parts().size() == 2);
}

TEST_CASE("half arguments are never run, shown as {}, and told to the model") {
  for (std::string half : {R"({"command":"rm)", "", "[1]", R"("x")"}) {
    course turn;
    auto answer = call("Bash", half);
    answer.push_back(stop(proto::stop_reason::length));
    turn.answer(answer);
    INFO(half);
    CHECK(turn.judged == std::vector<std::string>{"Bash " + half});
    CHECK(turn.ran.empty());
    CHECK(turn.calls == 2);
    const auto& kept = turn.machine->parts()[0].shown;
    CHECK(kept.input == "{}");
    CHECK(kept.tool == "bash");
    CHECK(kept.status == proto::tool_status::failed);
    CHECK(holds(*kept.output, "tool_invalid_args"));
    CHECK(holds(*kept.output, "output limit"));
    CHECK(holds(*kept.output, "smaller calls"));
    CHECK(holds(turn.data_of(event_type::tool_start), R"("input":"{}")"));
  }
}

TEST_CASE("arguments that are broken without a limit are not put down to one") {
  course turn;
  auto answer = call("Bash", "[1]");
  answer.push_back(stop());
  turn.answer(answer);
  CHECK_FALSE(holds(*turn.machine->parts()[0].shown.output, "output limit"));

  course unknown;
  answer = call("Nope", "[1]");
  answer.push_back(stop(proto::stop_reason::length));
  unknown.answer(answer);
  CHECK(holds(*unknown.machine->parts()[0].shown.output, "no such"));
}

TEST_CASE("a call that was cut off by a cancellation shows no half input") {
  course turn;
  turn.follow(
      turn.machine->on_chunks({{.kind = chunk_kind::tool_begin, .call_id = "c", .tool = "bash"},
                               {.kind = chunk_kind::tool_input, .text = R"({"comm)"}}));
  turn.follow(turn.machine->on_cancel());
  turn.follow(turn.machine->on_call_ended(
      proto::provider::call_failure{proto::make_error(ec::cancelled, "x")}));
  REQUIRE(turn.end);
  CHECK(turn.machine->parts()[0].shown.input == "{}");
}

TEST_CASE("the name that a call has in the end counts, and the tool that it means runs") {
  course turn;
  auto answer = call("Ba", R"({"command":"ls"})", "Bash");
  answer.push_back(stop());
  turn.answer(answer);

  CHECK(turn.ran == std::vector<std::string>{R"(bash{"command":"ls"})"});
  CHECK(turn.machine->parts()[0].shown.tool == "bash");
  CHECK(holds(turn.data_of(event_type::tool_start), R"("bash")"));
}

TEST_CASE("nothing that a call gave steers a terminal, in its event or its part") {
  std::string hostile = "\x1b]52;c;eA==\x07 \xc2\x9b"
                        "31m \x7f";
  std::string shown = "␛]52;c;eA==␇ \\u009b31m ␡";
  course turn;
  turn.finished = {.output = hostile + "\tb\r\n",
                   .failure = proto::make_error(ec::tool_failed, hostile),
                   .diff = "+" + hostile};
  auto answer = call("bash", "{}");
  answer.push_back(stop());
  turn.answer(answer);

  REQUIRE(turn.machine->parts().size() == 1);
  const auto& part = turn.machine->parts()[0].shown;
  CHECK(part.output == shown + "\tb\r\n");
  CHECK(part.error == shown);
  auto event = turn.data_of(event_type::tool_end);
  for (auto name : {"\"output\":\"", "\"error\":\"", "\"diff\":\"+"})
    CHECK(holds(event, name + std::string("␛]52;c;eA==␇ \\\\u009b31m ␡")));
  CHECK_FALSE(holds(event, "\xc2\x9b"));
}
