// The TURN actor. Interface: actors/interfaces.hpp.
//
// Performs what the turn machine says: makes the model call, runs the tools, asks the session to
// keep and to show, waits between attempts, has the workspace's own rules read before calls are
// judged. Decides nothing itself. Ends once its session has kept
// the end; when the session goes first, it takes its model call and its tools with it.
#pragma once

#include "actors/session/world.hpp"
#include "actors/turn/judgement.hpp"
#include "actors/turn/turn_machine.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <variant>

namespace kodad::actors {

enum class start_mode : uint8_t {
  fresh,
  resumed,   ///< Goes on after a restart.
  abandoned, ///< Ends after a restart.
};

using shared_transcript = std::shared_ptr<const std::vector<proto::full_message>>;

/// All that a turn starts from.
struct turn_setup {
  proto::turn_record record;
  std::shared_ptr<const proto::agent> who; ///< Never empty.
  std::vector<proto::model> models;        ///< The turn's own, then those to fall back to.
  proto::session_id session;
  std::string workspace;
  std::vector<proto::granted_rule> granted;
  std::vector<proto::question_record> waiting;
  spending money;
  int64_t context_used = 0; ///< Prompt tokens of the session's last model call.
  start_mode mode = start_mode::fresh;
  shared_transcript history; ///< The messages up to its own; empty: the archive has them.
};

/// An input that may let calls run. It waits until the workspace's own rules have been read.
using rule_bound = std::variant<call_ended, give_answer>;

struct turn_state {
  explicit turn_state(turn_actor::pointer self_ptr);

  static inline const char* name = "turn";

  void begin(const std::vector<proto::full_message>& all);
  void perform(effects todo);
  void perform_one(call_model& what);
  void perform_one(stop_model& what);
  void perform_one(show_events& what);
  void perform_one(keep_step& what);
  void perform_one(start_tool& what);
  void perform_one(stop_tool& what);
  void perform_one(wait_before_retry& what);
  void perform_one(end_turn& what);
  void cancel();
  void answer(const give_answer& given);
  void finish(const tool_finished& run);
  void end_call(const call_ended& ended);
  void read_rules_for(rule_bound input);
  void look_at_rules();
  void take_rules(step_rules seen);
  void hand_on(const call_ended& ended);
  void hand_on(const give_answer& given);
  void stop_waiting();
  void break_down(const proto::error& why);
  turn_facts facts() const;
  turn_sources sources() const;
  judge make_judge();
  std::vector<proto::tool_spec> tools() const;

  turn_actor::pointer self;
  session_actor session;
  shared_world world;
  turn_setup setup;
  provider_actor provider;               ///< Of the last call.
  std::vector<proto::full_message> past; ///< The transcript before this turn's answer.
  std::vector<proto::granted_rule> granted;
  std::optional<turn_machine> machine; ///< Absent until the transcript is loaded.
  model_call_key last_call = 0;
  bool last_is_plain = false; ///< There is nothing plainer than the last call's request.

  // The workspace's own rules, and what waits for them to be read anew.
  step_rules project;
  std::deque<rule_bound> waiting;
  size_t looked_for = 0; ///< How many of these came before the look under way; 0: there is none.

  // What came in before the transcript.
  bool cancel_is_due = false;
  std::vector<give_answer> early_answers;
};

turn_actor::behavior_type turn(turn_actor::stateful_pointer<turn_state> self, session_actor session,
                               shared_world world, turn_setup setup);

} // namespace kodad::actors
