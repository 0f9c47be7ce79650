// The TOOL RUNNER actor. Interface: actors/interfaces.hpp.
//
// Runs the tool calls of all sessions in steps: `prepare_call` on a bounded pool of threads, then a
// child process for what is a command, then `conclude_call` on the pool again. Promises exactly one
// tool_finished per call, after which nothing of the call runs any more; only what hangs in the
// kernel is given up, and then changes nothing more unless it was at it. Every step has a time-out.
// When a turn goes, its calls are ended.
//
// Before a stop it is asked to drain: from then on nothing begins, and no command is given up that
// git's guard has yet to look after. It answers when there is none left.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/tools/call_steps.hpp"
#include "actors/tools/pool/actor_outlet.hpp"
#include "actors/tools/tool_host.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <memory>

namespace kodad::actors {

/// What tools work with.
struct tool_equipment {
  std::shared_ptr<storage::host::process_host> processes;

  std::shared_ptr<const storage::host::sandbox_settings> sandbox;
  std::shared_ptr<storage::host::git_guard> guard;
  std::function<void(const std::string&)> tell_operator;

  /// Where whole outputs are kept.
  std::string outputs_folder;

  /// In place of the machine, for tests.
  std::shared_ptr<tool_host> host = nullptr;
};

/// From a thread of the pool: a step is done. The call is over, or its child is to be started.
struct step_done {
  uint64_t key = 0;
  std::optional<tool_output> output;
  std::shared_ptr<prepared_call> prepared;
};

/// From the output desk: something to show of a child, and its end.
struct child_output {
  uint64_t key = 0;
  std::string chunk;
};
struct child_ended {
  uint64_t key = 0;
  std::shared_ptr<const child_result> how;
};

/// From a thread of the pool: a look that no call waits for is over, and told of.
struct lease_closed {};

/// To itself: the phase numbered so has taken its time.
struct call_due {
  uint64_t key = 0;
  uint64_t phase = 0;
};

/// The runner with the messages that only it and its threads send.
using tool_runner_inside =
    tool_runner_actor::extend<caf::reacts_to<step_done>, caf::reacts_to<child_output>,
                              caf::reacts_to<child_ended>, caf::reacts_to<call_due>,
                              caf::reacts_to<lease_closed>,
                              // Drains: see above.
                              caf::replies_to<caf::flush_atom>::with<acknowledged>>;

using runner_outlet = actor_outlet<tool_runner_inside>;

struct tool_runner_state {
  explicit tool_runner_state(tool_runner_inside::pointer self_ptr) : self(self_ptr) {}
  ~tool_runner_state();

  static inline const char* name = "tool_runner";

  struct run {
    tool_run_request what;
    tool_listener_actor listener;
    bool is_cancelled = false;
    std::stop_source given_up;
    std::shared_ptr<call_order::place> place; ///< Of a call that changes a file.

    /// What goes on. A phase has a number, so that a late reminder is known as such.
    enum class phase : uint8_t { preparing, child, concluding } now = phase::preparing;
    uint64_t number = 0;
    caf::actor_clock::time_point since{};

    uint64_t ticket = 0;                     ///< Of the step, with the pool.
    std::shared_ptr<prepared_call> prepared; ///< Once the first step is done.
    std::optional<storage::host::process_key> child;
    std::shared_ptr<const child_result> ended;
  };

  void start(const run_tool& call);
  void post_step(uint64_t key, run& one);
  void step_over(step_done done);
  void start_child(uint64_t key, run& one);
  void show(child_output piece);
  void child_over(child_ended end);
  void cancel(const proto::session_id& session, const proto::call_id& call);
  void cancel(uint64_t key, run& one);
  void due(const call_due& which);
  void give_up(uint64_t key, run& one);
  void enter(uint64_t key, run& one, run::phase next, std::chrono::milliseconds patience);
  void finish(uint64_t key, tool_output output);
  void abandon(uint64_t key);
  run take_out(std::map<uint64_t, run>::iterator which);
  void release(const tool_run_request& what, const std::shared_ptr<prepared_call>& prepared);
  void close_later(work_place where, std::shared_ptr<guard_lease> guarded);
  void drain(caf::typed_response_promise<acknowledged> promise);
  void tell_if_drained();
  void listener_gone(const caf::actor_addr& who);

  tool_runner_inside::pointer self;
  std::shared_ptr<tool_host> host;
  std::shared_ptr<runner_outlet> outlet;
  std::shared_ptr<const step_surroundings> around;
  std::map<uint64_t, run> runs;
  /// Looks that a full pool did not take.
  std::vector<std::pair<work_place, std::shared_ptr<guard_lease>>> owed;
  size_t closes_open = 0;
  bool is_draining = false;
  caf::typed_response_promise<acknowledged> drained;
  uint64_t last_key = 0;
  uint64_t last_phase = 0;
};

tool_runner_inside::behavior_type
tool_runner(tool_runner_inside::stateful_pointer<tool_runner_state> self, tool_equipment equipment);

} // namespace kodad::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::step_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::child_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::child_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::lease_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::call_due)
