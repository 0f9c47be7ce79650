// The TURN MACHINE: what a turn does next. Pure: an input goes in, effects come out, and the turn
// actor performs them. No clock, no actor, no I/O, so that a seed can drive it through anything.
//
// One turn is a loop of steps. A step is one model call; if the answer holds tool calls, they are
// judged, journaled, run in parallel, and the next step follows; otherwise the turn ends.
// Everything that matters is journaled by a `keep_step` before its effects start: those are given
// out only when the step's `kept` comes back.
#pragma once

#include "actors/messages.hpp"
#include "actors/turn/draft.hpp"
#include "proto/permission.hpp"

#include <functional>
#include <variant>

namespace kodad::actors {

/// How much a session may cost.
struct spending {
  double budget_usd = 0; ///< 0 is no bound.
  double spent_usd = 0;  ///< Before this turn, or before its restart.
};

/// What is known of a turn from its start on.
struct turn_facts {
  proto::turn_record record;
  std::vector<proto::model> models; ///< The turn's own, then those to fall back to. Never empty.
  int steps_max = 0;
  int retries_max = 0; ///< Of the whole turn; every completed step gives one back.
  spending money;
  std::string sandbox; ///< The word of the one in force.
};

/// The judgement of one tool call.
struct verdict {
  proto::action then = proto::action::ask;
  std::string suggested_pattern;
  std::optional<proto::error> problem; ///< Unknown tool or bad arguments: the call fails.
  std::string tool;                    ///< The one that is meant; empty when unknown.
};

/// Judges a call by its tool's name and its arguments, both as the model wrote them.
using judge = std::function<verdict(const std::string& tool, const std::string& input)>;

/// Where ids, times and jitter come from.
struct turn_sources {
  std::function<proto::question_id()> question_id;
  std::function<proto::timestamp()> now;
  std::function<double()> jitter; ///< Uniform in [0, 1).
};

// --- effects ---------------------------------------------------------------------------------

/// Call a model with what `parts()` and the history hold.
struct call_model {
  size_t model = 0;       ///< Its place in `turn_facts::models`.
  bool with_tools = true; ///< False once the steps are used up: the model must answer.
  bool plain = false;     ///< As plain text, see plain.hpp.
  int shrinking = 0;      ///< How much shorter the conversation must be, see shrink.hpp.
};
struct stop_model {};
struct show_events {
  std::vector<proto::event> events;
};
struct keep_step {
  uint64_t token = 0;
  turn_keeps what;
};
struct start_tool {
  proto::call_id call;
  std::string tool;
  std::string input;
};
struct stop_tool {
  proto::call_id call;
};
struct wait_before_retry {
  int64_t delay_ms = 0;
  uint64_t ticket = 0;
};
struct end_turn {
  turn_ends how;
};

using effect = std::variant<call_model, stop_model, show_events, keep_step, start_tool, stop_tool,
                            wait_before_retry, end_turn>;
using effects = std::vector<effect>;

class turn_machine {
public:
  turn_machine(turn_facts facts, judge judge_call, turn_sources sources);

  /// Starts a fresh turn.
  effects begin();

  /// Goes on after a restart from the journal: running calls end as interrupted, waiting questions
  /// keep waiting, a cut model call is made again.
  effects resume(std::vector<proto::part_record> parts,
                 std::vector<proto::question_record> questions);

  /// Ends a turn that a restart cut off, where the host is configured not to go on with it.
  effects abandon(std::vector<proto::part_record> parts,
                  std::vector<proto::question_record> questions);

  // Inputs. Those that come too late for the present phase have no effect.
  effects on_chunks(const std::vector<proto::stream_chunk>& chunks);
  effects on_call_ended(const std::optional<proto::provider::call_failure>& failure);
  effects on_call_waits(const call_waits& notice);
  effects on_kept(uint64_t token);
  effects on_retry_time(uint64_t ticket);
  effects on_tool_chunk(const tool_chunk& piece);
  effects on_tool_finished(const tool_finished& run);
  effects on_answer(const give_answer& answer);
  effects on_cancel();

  /// The turn cannot go on for a reason of the host's own.
  effects on_broken(const proto::error& why);

  // Before these inputs the rules must be read: they may let calls run.
  bool has_calls_to_judge() const; ///< When the model's call ends.
  bool may_start_call(const give_answer& answer) const;

  /// The parts of the assistant's message so far, as the next model call must see them.
  const std::vector<proto::part_record>& parts() const { return parts_; }

private:
  enum class phase { idle, calling, backing_off, working, cancelling, ended };

  struct running_call {
    uint32_t part = 0;
    bool stop_asked = false;
  };

  void start_step(effects& out);
  void keep(effects& out, turn_keeps what, effects then);
  void finish_step(effects& out);
  void note_part(uint32_t index, turn_keeps& step) const;
  void refuse_calls_beyond_steps(turn_keeps& step);
  void judge_calls(turn_keeps& step, effects& then);
  void judge_call(uint32_t index, turn_keeps& step, effects& then);
  void allow(uint32_t index, turn_keeps& step, effects& then);
  void ask(uint32_t index, const std::string& pattern, turn_keeps& step);
  void ask_question(uint32_t index, turn_keeps& step);
  void add_question(uint32_t index, proto::question asked, turn_keeps& step);
  void close_call(uint32_t index, turn_keeps& step, const tool_finished& run);
  void fail_call(uint32_t index, turn_keeps& step, proto::error why);
  void answer_permission(proto::question_record& asked, turn_keeps& step, effects& then);
  void answer_question(proto::question_record& asked, turn_keeps& step);
  void go_on_if_done(effects& out);
  void fail_attempt(effects& out, const proto::provider::call_failure& failure);
  void back_off(effects& out, const proto::provider::call_failure& failure);
  bool try_shorter(effects& out, const proto::provider::call_failure& failure);
  bool try_plainer(effects& out, const proto::provider::call_failure& failure);
  bool try_another(effects& out, const proto::provider::call_failure& failure);
  void give_up(effects& out, const proto::provider::call_failure& failure);
  void call_again(effects& out, const proto::retry_notice& why);
  void pay_for_attempt(turn_keeps& step);
  bool is_budget_spent() const;
  const proto::model& model() const { return facts_.models[model_]; }
  void end(effects& out, turn_ends how);
  void end_cancelled(effects& out);
  void withdraw_questions(turn_keeps& step);
  void take_draft(turn_keeps& step);
  bool is_answer_empty() const;
  proto::turn_phase shown_phase() const;
  turn_keeps new_step() const;
  bool has_open_calls() const;
  std::set<std::string> used_calls() const;

  turn_facts facts_;
  judge judge_;
  turn_sources sources_;

  phase phase_ = phase::idle;
  std::vector<proto::part_record> parts_;
  std::optional<draft> draft_;
  uint32_t steps_ = 0;
  size_t model_ = 0; // The one in use; a turn never goes back to one that failed.
  int attempt_ = 1;  // Of the present step, from 1.
  int retries_left_ = 0;
  int shrinking_ = 0;
  bool plain_ = false;  // From the first refusal on, so that it comes once a turn and model.
  uint64_t ticket_ = 0; // Of the wait under way.
  std::map<uint32_t, std::string> half_inputs_; // By part: what came as arguments and is no object.
  std::map<proto::call_id, running_call> running_;
  std::vector<proto::question_record> questions_; // Those that wait.
  uint64_t last_token_ = 0;
  std::vector<std::pair<uint64_t, effects>> unkept_; // What follows once a step is kept.
  std::optional<proto::error> broken_;
  proto::usage usage_;
  double cost_ = 0;
};

} // namespace kodad::actors
