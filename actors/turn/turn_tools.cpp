// The turn machine's half that deals with tool calls: judging, asking, starting and ending them.
#include "actors/turn/turn_machine.hpp"

#include "actors/tools/catalog.hpp"
#include "actors/turn/question_input.hpp"
#include "proto/limits/questions.hpp"
#include "proto/text/control_signs.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::tool_status;

namespace {

proto::call_name name_of_call(const proto::part& call) {
  return {call.call_id->text, call.tool};
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : "\n") + word;
  return out;
}

/// What a permission is asked for, in a question's sentence: on one line, and not without end.
/// @param pattern The rule for exactly this call.
std::string subject_shown(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    bool is_escape =
        pattern[i] == '\\' && proto::text::escape(pattern.substr(i + 1, 1)).size() == 2;
    i += is_escape ? 1 : 0;
    bool is_control = static_cast<unsigned char>(pattern[i]) < 0x20 || pattern[i] == 0x7f;
    out.push_back(is_control ? ' ' : pattern[i]);
  }
  out = proto::text::show_controls(std::move(out));
  auto shown = std::string(proto::text::prefix(out, proto::limits::question_subject_bytes));
  shown += shown.size() < out.size() ? "…" : "";
  return shown.empty() ? shown : ": " + shown;
}

proto::error denied_by_rule() {
  return proto::make_error(proto::ec::tool_denied, "a permission rule denies this call");
}

/// What the model is told of a call that its output limit cut: not to write the same again.
proto::error cut_by_limit(const proto::error& found) {
  return proto::make_error(
      proto::ec::tool_invalid_args,
      "your output limit cut this call off, so it was not run; make smaller calls, and write what "
      "is long in several of them: " +
          found.context);
}

/// The rule that "always" grants: the one that the answer names, else for exactly this call.
std::string rule_granted(const proto::question_record& asked) {
  if (asked.response->size() > 1)
    return asked.response->back();
  return asked.shown.suggested_pattern.value_or("*");
}

} // namespace

/// Puts a part's present state into the step, in place of an earlier state there.
void turn_machine::note_part(uint32_t index, turn_keeps& step) const {
  auto known = std::ranges::find(step.parts, index, &part_change::index);
  if (known == step.parts.end())
    step.parts.push_back({index, parts_[index]});
  else
    known->part = parts_[index];
}

bool turn_machine::has_calls_to_judge() const {
  return phase_ == phase::calling && std::ranges::any_of(draft_->parts(), [](const auto& piece) {
           return piece.shown.type == proto::part_type::tool;
         });
}

bool turn_machine::may_start_call(const give_answer& answer) const {
  auto asked = std::ranges::find_if(
      questions_, [&](const auto& q) { return q.shown.question_id == answer.question; });
  return phase_ == phase::working && asked != questions_.end() &&
         asked->shown.purpose == proto::question_purpose::permission &&
         answer.response.front() != "reject";
}

void turn_machine::judge_calls(turn_keeps& step, effects& then) {
  for (uint32_t i = 0; i < parts_.size(); ++i)
    if (parts_[i].shown.status == tool_status::pending)
      judge_call(i, step, then);
}

/// A model that calls although it has no tools any more would go on without end.
void turn_machine::refuse_calls_beyond_steps(turn_keeps& step) {
  for (uint32_t i = 0; i < parts_.size(); ++i)
    if (parts_[i].shown.status == tool_status::pending)
      fail_call(i, step,
                proto::make_error(proto::ec::tool_denied,
                                  "not run: the turn has used up its " +
                                      std::to_string(facts_.steps_max) +
                                      " steps (session.primary_max_steps); ask again to go on"));
}

void turn_machine::judge_call(uint32_t index, turn_keeps& step, effects& then) {
  auto& call = parts_[index].shown;
  auto broken = half_inputs_.find(index);
  auto ruling = judge_(call.tool, broken == half_inputs_.end() ? call.input : broken->second);
  if (!ruling.tool.empty())
    call.tool = ruling.tool;
  if (broken != half_inputs_.end() && !ruling.problem)
    ruling.problem = proto::make_error(proto::ec::tool_invalid_args, "the arguments are broken");
  // The draft is that of the answer that the call came in.
  auto stop = draft_ ? draft_->stop() : std::nullopt;
  bool is_cut = stop == proto::stop_reason::length || stop == proto::stop_reason::context_full;
  if (is_cut && broken != half_inputs_.end() && !ruling.tool.empty())
    ruling.problem = cut_by_limit(*ruling.problem);
  if (ruling.problem)
    return fail_call(index, step, *ruling.problem);
  if (ruling.then == proto::action::deny)
    return fail_call(index, step, denied_by_rule());
  if (call.tool == "question")
    return ask_question(index, step);
  if (ruling.then == proto::action::ask)
    return ask(index, ruling.suggested_pattern, step);
  allow(index, step, then);
}

void turn_machine::allow(uint32_t index, turn_keeps& step, effects& then) {
  auto& call = parts_[index].shown;
  call.status = tool_status::running;
  call.started_at = sources_.now();
  running_[*call.call_id] = {index, false};
  note_part(index, step);
  auto sandbox = runs_a_program(call.tool) ? std::string_view(facts_.sandbox) : std::string_view();
  step.events.push_back(
      proto::tool_start_event(step.turn, name_of_call(call), call.input, sandbox));
  then.emplace_back(start_tool{*call.call_id, call.tool, call.input});
}

void turn_machine::ask(uint32_t index, const std::string& pattern, turn_keeps& step) {
  const auto& call = parts_[index].shown;
  proto::question asked;
  asked.purpose = proto::question_purpose::permission;
  asked.text = "Allow " + call.tool + subject_shown(pattern) + "?";
  asked.options = {"once", "always", "reject"};
  asked.tool = call.tool;
  asked.input = call.input;
  asked.suggested_pattern = pattern;
  add_question(index, std::move(asked), step);
}

void turn_machine::ask_question(uint32_t index, turn_keeps& step) {
  auto& call = parts_[index].shown;
  auto all = read_questions(call.input);
  if (!all)
    return fail_call(index, step, all.failure());
  call.started_at = sources_.now();
  step.events.push_back(proto::tool_start_event(step.turn, name_of_call(call), call.input));
  // All at once: they may be answered in any order, and the call is over with the last.
  for (auto& one : *all) {
    proto::question asked;
    asked.purpose = proto::question_purpose::question;
    asked.text = std::move(one.question);
    asked.options = std::move(one.options);
    asked.multiple = one.multiple;
    add_question(index, std::move(asked), step);
  }
}

void turn_machine::add_question(uint32_t index, proto::question asked, turn_keeps& step) {
  auto& call = parts_[index].shown;
  call.status = tool_status::waiting;
  note_part(index, step);
  asked.question_id = sources_.question_id();
  asked.call_id = call.call_id;
  asked.asked_at = sources_.now();
  step.events.push_back(proto::user_question_event(step.turn, asked));
  proto::question_record kept;
  kept.shown = std::move(asked);
  kept.turn = step.turn;
  kept.call_id = *call.call_id;
  questions_.push_back(kept);
  step.questions.push_back(std::move(kept));
}

effects turn_machine::on_answer(const give_answer& answer) {
  effects out;
  auto asked = std::ranges::find_if(
      questions_, [&](const auto& q) { return q.shown.question_id == answer.question; });
  if (phase_ != phase::working || asked == questions_.end())
    return out;
  auto given = std::move(*asked);
  questions_.erase(asked);
  given.response = answer.response;
  auto step = new_step();
  effects then;
  step.events.push_back(
      proto::question_answered_event(step.turn, answer.question, answer.response));
  if (given.shown.purpose == proto::question_purpose::permission)
    answer_permission(given, step, then);
  else
    answer_question(given, step);
  step.questions.push_back(std::move(given));
  step.phase = shown_phase();
  step.attempt_begins = !has_open_calls();
  keep(out, std::move(step), std::move(then));
  go_on_if_done(out);
  return out;
}

void turn_machine::answer_permission(proto::question_record& asked, turn_keeps& step,
                                     effects& then) {
  auto call = std::ranges::find_if(
      parts_, [&](const auto& piece) { return piece.shown.call_id == asked.call_id; });
  if (call == parts_.end())
    return;
  auto index = static_cast<uint32_t>(call - parts_.begin());
  const auto& word = asked.response->front();
  if (word == "reject")
    return fail_call(index, step,
                     proto::make_error(proto::ec::tool_denied, "the user rejected this call"));
  // The rules may have changed while the question waited: what they deny no answer allows.
  auto ruling = judge_(call->shown.tool, call->shown.input);
  if (ruling.problem || ruling.then == proto::action::deny)
    return fail_call(index, step, ruling.problem ? *ruling.problem : denied_by_rule());
  if (word == "always")
    step.granted.push_back({call->shown.tool, rule_granted(asked)});
  allow(index, step, then);
}

void turn_machine::answer_question(proto::question_record& asked, turn_keeps& step) {
  auto call = std::ranges::find_if(
      parts_, [&](const auto& piece) { return piece.shown.call_id == asked.call_id; });
  if (call == parts_.end())
    return;
  auto index = static_cast<uint32_t>(call - parts_.begin());
  auto waits = std::ranges::any_of(
      questions_, [&](const auto& other) { return other.call_id == asked.call_id; });
  auto& before = call->shown.output;
  tool_finished told;
  if (!waits && !before) {
    told.output = "The user answered: " + join(*asked.response);
    return close_call(index, step, told);
  }
  // One of several: kept with the call until the last.
  told.output = before.value_or("") + asked.shown.text +
                "\nThe user answered: " + join(*asked.response) + "\n";
  if (!waits)
    return close_call(index, step, told);
  before = proto::text::show_controls(std::move(told.output));
  note_part(index, step);
}

effects turn_machine::on_tool_chunk(const tool_chunk& piece) {
  effects out;
  auto run = running_.find(piece.call);
  if (run == running_.end() || piece.text.empty())
    return out;
  const auto& call = parts_[run->second.part].shown;
  out.emplace_back(show_events{
      {proto::tool_output_event(facts_.record.shown.number, name_of_call(call), piece.text)}});
  return out;
}

effects turn_machine::on_tool_finished(const tool_finished& finished) {
  effects out;
  auto run = running_.find(finished.call);
  if (run == running_.end())
    return out;
  auto index = run->second.part;
  running_.erase(run);
  auto step = new_step();
  close_call(index, step, finished);
  step.phase = shown_phase();
  step.attempt_begins = !has_open_calls();
  keep(out, std::move(step), {});
  go_on_if_done(out);
  return out;
}

/// The one place where what a call gave becomes an event and a part, which is its output as well:
/// nothing in it steers the terminal of who reads them, wherever it came from.
void turn_machine::close_call(uint32_t index, turn_keeps& step, const tool_finished& run) {
  using proto::text::show_controls;
  auto& call = parts_[index].shown;
  auto now = sources_.now();
  call.status = run.failure ? tool_status::failed : tool_status::completed;
  call.ended_at = now;
  call.output = show_controls(run.output);
  call.metadata = run.metadata;
  if (run.failure)
    call.error = show_controls(run.failure->context);
  note_part(index, step);
  auto diff = show_controls(run.diff);
  proto::tool_ending how{*call.output, {}, now.ms - call.started_at.value_or(now).ms, diff};
  if (call.error)
    how.error = *call.error;
  step.events.push_back(proto::tool_end_event(step.turn, name_of_call(call), how));
}

void turn_machine::fail_call(uint32_t index, turn_keeps& step, proto::error why) {
  auto& call = parts_[index].shown;
  if (!call.started_at) {
    // A call that never ran still shows a start, so that every end has one.
    call.started_at = sources_.now();
    step.events.push_back(proto::tool_start_event(step.turn, name_of_call(call), call.input));
  }
  tool_finished failed;
  failed.output = std::string(to_word(why.code)) + ": " + why.context;
  failed.failure = std::move(why);
  close_call(index, step, failed);
}

void turn_machine::withdraw_questions(turn_keeps& step) {
  for (auto& asked : questions_) {
    asked.withdrawn = true;
    step.questions.push_back(asked);
  }
  questions_.clear();
}

} // namespace kodad::actors
