#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;
using proto::event_type;

namespace {

proto::stream_chunk text(std::string what) {
  return {.kind = chunk_kind::text, .text = std::move(what)};
}

proto::stream_chunk stop(proto::stop_reason why = proto::stop_reason::end) {
  return {.kind = chunk_kind::stop, .stop = why};
}

std::vector<proto::stream_chunk> tool_call(uint32_t index, std::string id, std::string tool,
                                           std::string input = "{}") {
  return {{.kind = chunk_kind::tool_begin, .index = index, .call_id = id, .tool = tool},
          {.kind = chunk_kind::tool_end, .index = index, .text = input}};
}

template <class T>
std::vector<T> all(const effects& from) {
  std::vector<T> out;
  for (const auto& one : from)
    if (const auto* found = std::get_if<T>(&one))
      out.push_back(*found);
  return out;
}

std::vector<event_type> types(const std::vector<proto::event>& events) {
  std::vector<event_type> out;
  for (const auto& one : events)
    out.push_back(one.type);
  return out;
}

/// A machine whose rules are: bash asks, rm is denied, nosuch is unknown, all else is allowed.
struct machine_fixture {
  turn_machine make(int retries_max = 2) {
    facts.record.shown.number = 7;
    facts.record.model_id.text = "mock/m";
    facts.models.resize(1);
    facts.models[0].id.text = "mock/m";
    facts.models[0].cost_output = 1e6;
    facts.steps_max = 10;
    facts.retries_max = retries_max;
    return make_from(facts);
  }

  turn_machine make_from(const turn_facts& from) {
    auto rules = [](const std::string& tool, const std::string&) -> verdict {
      if (tool == "bash")
        return {proto::action::ask, "ls *", {}};
      if (tool == "rm")
        return {proto::action::deny, "", {}};
      if (tool == "nosuch")
        return {proto::action::allow, "", proto::make_error(proto::ec::tool_not_found, "no such")};
      return {proto::action::allow, "", {}};
    };
    turn_sources sources{[this] { return proto::question_id{"q_" + std::to_string(++questions)}; },
                         [this] { return proto::timestamp{++clock}; }, [] { return 0.5; }};
    return turn_machine(from, rules, sources);
  }

  turn_facts facts;
  int questions = 0;
  int64_t clock = 0;
};

} // namespace

TEST_CASE_FIXTURE(machine_fixture, "a plain answer is shown as it comes and ends the turn") {
  auto machine = make();

  CHECK(all<call_model>(machine.begin()).size() == 1);
  auto shown = all<show_events>(machine.on_chunks({text("he"), text("llo")}));
  (void)machine.on_chunks({{.kind = chunk_kind::usage, .spent = {.output_tokens = 2}}, stop()});
  auto ended = all<end_turn>(machine.on_call_ended({}));

  REQUIRE(shown.size() == 1);
  CHECK(shown[0].events[0].data == R"({"content":"hello"})");
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].how.finish_reason == "stop");
  CHECK(ended[0].how.last.parts[0].part.shown.text == "hello");
  CHECK(ended[0].how.last.call_cost == doctest::Approx(2));
}

TEST_CASE_FIXTURE(machine_fixture, "reasoning is done before the text that follows it") {
  auto machine = make();
  (void)machine.begin();

  auto shown = all<show_events>(
      machine.on_chunks({{.kind = chunk_kind::reasoning, .text = "hmm, well"}, text("yes")}));

  CHECK(types(shown[0].events) ==
        std::vector{event_type::reasoning_delta, event_type::reasoning_done, event_type::delta});
  CHECK(shown[0].events[1].data == R"({"tokens":3})");
}

TEST_CASE_FIXTURE(machine_fixture, "a tool starts only once its start is kept") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "c1", "read"));
  (void)machine.on_chunks({stop()});

  auto step = machine.on_call_ended({});
  CHECK(all<start_tool>(step).empty());
  auto kept = all<keep_step>(step);
  REQUIRE(kept.size() == 1);
  CHECK(types(kept[0].what.events) == std::vector{event_type::tool_start});
  CHECK(kept[0].what.parts[0].part.shown.status == proto::tool_status::running);

  auto started = all<start_tool>(machine.on_kept(kept[0].token));
  REQUIRE(started.size() == 1);
  CHECK(started[0].call.text == "c1");
}

TEST_CASE_FIXTURE(machine_fixture, "the next step follows when all tools have ended") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "read"));
  (void)machine.on_chunks(tool_call(1, "b", "grep"));
  (void)machine.on_chunks({stop(proto::stop_reason::tool_calls)});
  auto kept = all<keep_step>(machine.on_call_ended({}));
  (void)machine.on_kept(kept[0].token);

  CHECK(all<call_model>(machine.on_tool_finished({.call = {"b"}, .output = "2"})).empty());
  auto last = machine.on_tool_finished({.call = {"a"}, .output = "1"});

  CHECK(all<call_model>(last).size() == 1);
  CHECK(*machine.parts()[0].shown.output == "1");
}

TEST_CASE_FIXTURE(machine_fixture, "denied and unknown calls fail with a start and an end") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "rm"));
  (void)machine.on_chunks(tool_call(1, "b", "nosuch"));
  (void)machine.on_chunks({stop()});

  auto step = machine.on_call_ended({});

  auto kept = all<keep_step>(step);
  CHECK(types(kept[0].what.events) == std::vector{event_type::tool_start, event_type::tool_end,
                                                  event_type::tool_start, event_type::tool_end});
  CHECK(machine.parts()[0].shown.output->starts_with("tool_denied"));
  CHECK(all<call_model>(step).size() == 1);
}

TEST_CASE_FIXTURE(machine_fixture, "an asked call waits, and runs after always") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "bash", R"({"command":"ls"})"));
  (void)machine.on_chunks({stop()});

  auto asked = all<keep_step>(machine.on_call_ended({}));
  CHECK(types(asked[0].what.events) == std::vector{event_type::user_question});
  CHECK(asked[0].what.phase == proto::turn_phase::waiting);
  auto answered = all<keep_step>(machine.on_answer({{"q_1"}, {"always"}}));

  CHECK(types(answered[0].what.events) ==
        std::vector{event_type::question_answered, event_type::tool_start});
  CHECK(answered[0].what.granted[0].pattern == "ls *");
  CHECK(all<start_tool>(machine.on_kept(answered[0].token)).size() == 1);
  CHECK(machine.on_answer({{"q_1"}, {"once"}}).empty());
}

TEST_CASE_FIXTURE(machine_fixture, "a rejected call fails and the turn goes on") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "bash"));
  (void)machine.on_chunks({stop()});
  (void)machine.on_call_ended({});

  auto out = machine.on_answer({{"q_1"}, {"reject"}});

  CHECK(all<call_model>(out).size() == 1);
  CHECK(machine.parts()[0].shown.status == proto::tool_status::failed);
}

TEST_CASE_FIXTURE(machine_fixture, "the question tool gives the answer to the model") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "question", R"({"question":"why?","options":["x"]})"));
  (void)machine.on_chunks({stop()});

  auto asked = all<keep_step>(machine.on_call_ended({}));
  auto out = machine.on_answer({{"q_1"}, {"because"}});

  CHECK(asked[0].what.questions[0].shown.text == "why?");
  CHECK(*machine.parts()[0].shown.output == "The user answered: because");
  CHECK(all<call_model>(out).size() == 1);
}

TEST_CASE_FIXTURE(machine_fixture, "a call with several questions is over with the last answer") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(
      0, "a", "question",
      R"({"questions":[{"question":"why?","options":[{"label":"x"}]},{"question":"how?"}]})"));
  (void)machine.on_chunks({stop()});

  auto asked = all<keep_step>(machine.on_call_ended({}));
  auto first = machine.on_answer({{"q_2"}, {"so"}});
  auto last = machine.on_answer({{"q_1"}, {"x"}});

  REQUIRE(asked[0].what.questions.size() == 2);
  CHECK(asked[0].what.questions[0].shown.options == std::vector<std::string>{"x"});
  CHECK(all<call_model>(first).empty());
  CHECK(all<call_model>(last).size() == 1);
  CHECK(*machine.parts()[0].shown.output ==
        "how?\nThe user answered: so\nwhy?\nThe user answered: x\n");
}

TEST_CASE_FIXTURE(machine_fixture, "a retryable failure is shown and tried again after a wait") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks({text("half")});

  auto failed = machine.on_call_ended(proto::provider::call_failure{
      proto::make_error(proto::ec::stream_cut, "cut"), proto::provider::remedy::retry, 70});
  auto kept = all<keep_step>(failed);
  REQUIRE(kept.size() == 1);
  CHECK(types(kept[0].what.events) == std::vector{event_type::retry});
  CHECK(kept[0].what.events[0].voids_attempt);
  auto wait = all<wait_before_retry>(machine.on_kept(kept[0].token));
  REQUIRE(wait.size() == 1);
  CHECK(wait[0].delay_ms == 70);

  CHECK(all<call_model>(machine.on_retry_time(wait[0].ticket)).size() == 1);
  CHECK(machine.parts().empty());
}

TEST_CASE_FIXTURE(machine_fixture, "retries run out and the turn fails") {
  auto machine = make(0);
  (void)machine.begin();

  auto ended = all<end_turn>(machine.on_call_ended(proto::provider::call_failure{
      proto::make_error(proto::ec::rate_limited, "slow"), proto::provider::remedy::retry, {}}));

  REQUIRE(ended.size() == 1);
  CHECK(ended[0].how.phase == proto::turn_phase::failed);
  CHECK(ended[0].how.failure->code == proto::ec::rate_limited);
}

TEST_CASE_FIXTURE(machine_fixture, "an answer without an end marker counts as cut") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks({text("half")});

  CHECK(all<keep_step>(machine.on_call_ended({})).size() == 1);
}

TEST_CASE_FIXTURE(machine_fixture, "cancel while the model speaks keeps what was said") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks({text("half")});

  CHECK(all<stop_model>(machine.on_cancel()).size() == 1);
  auto ended = all<end_turn>(machine.on_call_ended(
      proto::provider::call_failure{proto::make_error(proto::ec::cancelled, "x")}));

  REQUIRE(ended.size() == 1);
  CHECK(ended[0].how.phase == proto::turn_phase::cancelled);
  CHECK(ended[0].how.last.parts[0].part.shown.text == "half");
}

TEST_CASE_FIXTURE(machine_fixture, "cancel ends running tools first, and waiting ones at once") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "read"));
  (void)machine.on_chunks(tool_call(1, "b", "bash"));
  (void)machine.on_chunks({stop()});
  auto kept = all<keep_step>(machine.on_call_ended({}));
  (void)machine.on_kept(kept[0].token);

  auto stopped = machine.on_cancel();
  CHECK(all<stop_tool>(stopped).size() == 1);
  CHECK(all<end_turn>(stopped).empty());
  auto ended = all<end_turn>(machine.on_tool_finished(
      {.call = {"a"}, .output = "", .failure = proto::make_error(proto::ec::cancelled, "x")}));

  REQUIRE(ended.size() == 1);
  CHECK(ended[0].how.last.questions[0].withdrawn);
  for (const auto& piece : machine.parts())
    CHECK(piece.shown.status == proto::tool_status::failed);
}

TEST_CASE_FIXTURE(machine_fixture, "after a restart a running call is interrupted, not run again") {
  proto::part_record call;
  call.shown.type = proto::part_type::tool;
  call.shown.call_id = proto::call_id{"a"};
  call.shown.tool = "bash";
  call.shown.status = proto::tool_status::running;
  call.shown.started_at = proto::timestamp{1};
  auto machine = make();

  auto out = machine.resume({call}, {});

  auto kept = all<keep_step>(out);
  REQUIRE(kept.size() == 1);
  CHECK(types(kept[0].what.events) == std::vector{event_type::tool_end, event_type::retry});
  CHECK(*machine.parts()[0].shown.error == "interrupted, effect unknown");
  CHECK(all<start_tool>(out).empty());
  CHECK(all<call_model>(out).size() == 1);
}

TEST_CASE_FIXTURE(machine_fixture, "after a restart a waiting question goes on waiting") {
  proto::part_record call;
  call.shown.type = proto::part_type::tool;
  call.shown.call_id = proto::call_id{"a"};
  call.shown.tool = "bash";
  call.shown.status = proto::tool_status::waiting;
  proto::question_record asked;
  asked.shown.question_id.text = "q_9";
  asked.call_id.text = "a";
  auto machine = make();

  CHECK(machine.resume({call}, {asked}).empty());
  auto answered = all<keep_step>(machine.on_answer({{"q_9"}, {"once"}}));

  REQUIRE(answered.size() == 1);
  CHECK(all<start_tool>(machine.on_kept(answered[0].token)).size() == 1);
}

TEST_CASE_FIXTURE(machine_fixture, "a call id that a provider repeats is made unique") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "same", "rm"));
  (void)machine.on_chunks(tool_call(1, "same", "rm"));
  (void)machine.on_chunks(tool_call(2, "", "rm"));
  (void)machine.on_chunks({stop()});
  (void)machine.on_call_ended({});

  CHECK(machine.parts()[0].shown.call_id->text == "same");
  CHECK(machine.parts()[1].shown.call_id->text == "call_7_1_1");
  CHECK(machine.parts()[2].shown.call_id->text == "call_7_1_2");
}

TEST_CASE_FIXTURE(machine_fixture, "a call counts and names its model where no usage was told") {
  auto machine = make();
  (void)machine.begin();
  (void)machine.on_chunks(tool_call(0, "a", "rm"));
  (void)machine.on_chunks({stop()});

  auto kept = all<keep_step>(machine.on_call_ended({}));

  REQUIRE(kept.size() == 1);
  CHECK_FALSE(kept[0].what.call_usage);
  CHECK(kept[0].what.completes_call);
  CHECK(kept[0].what.called.text == "mock/m");
}

TEST_CASE_FIXTURE(machine_fixture, "after a restart the next step has a number of its own") {
  proto::part_record said;
  said.shown.type = proto::part_type::text;
  said.shown.text = "before";
  said.shown.step = 3;
  auto machine = make();
  (void)machine.resume({said}, {});
  (void)machine.on_chunks({text("after"), stop()});

  auto ended = all<end_turn>(machine.on_call_ended({}));

  REQUIRE(ended.size() == 1);
  CHECK(ended[0].how.last.parts[0].part.shown.step == 4);
}
