// The TOOL RUNNER actor. Interface: actors/interfaces.hpp.
//
// Runs the tool calls of all sessions in steps: `prepare_call` on a bounded pool of threads, then a
// child process for what is a command, then `conclude_call` on the pool again. Promises exactly one
// tool_finished per call, after which nothing of the call runs any more. When a turn goes, its
// calls are ended.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/tools/call_steps.hpp"
#include "storage/host/process_host.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace kodad::actors {

/// What tools work with.
struct tool_equipment {
  std::shared_ptr<storage::host::process_host> processes;

  storage::host::sandbox_mode sandbox = storage::host::sandbox_mode::none;
};

/// A step of a call: a job for the pool.
struct tool_job {
  uint64_t key = 0;
  tool_run_request what;
  std::stop_token given_up;
  std::shared_ptr<prepared_call> prepared;   ///< Missing for the first step.
  std::shared_ptr<const child_result> child; ///< With the last step of a command.
};

/// What the pool made of a job: a finished call, or one whose child is to be started.
struct tool_job_done {
  uint64_t key = 0;
  std::optional<tool_output> output;
  std::shared_ptr<prepared_call> prepared;
};

/// A piece of a child's output, and its end.
struct child_output {
  uint64_t key = 0;
  storage::host::output_bytes bytes;
};
struct child_ended {
  uint64_t key = 0;
  storage::host::exit_status status;
};

/// A WORKER of the pool (detached): does one job after another.
using tool_worker_actor = caf::typed_actor<caf::replies_to<tool_job>::with<tool_job_done>>;

/// The runner with the messages that only its own helpers send.
using tool_runner_inside =
    tool_runner_actor::extend<caf::reacts_to<child_output>, caf::reacts_to<child_ended>>;

struct tool_runner_state {
  explicit tool_runner_state(tool_runner_inside::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "tool_runner";

  struct run {
    tool_run_request what;
    tool_listener_actor listener;
    bool is_cancelled = false;
    std::stop_source given_up;
    std::shared_ptr<prepared_call> prepared; ///< Once the first step is done.
    std::shared_ptr<const child_result> ended;
    std::optional<storage::host::process_key> child;
    output_keeper kept{proto::limits::tool_output_bytes};
  };

  void start(const run_tool& call);
  void cancel(const proto::session_id& session, const proto::call_id& call);
  void cancel(uint64_t key, run& one);
  void give_work();
  void job_done(tool_worker_actor worker, tool_job_done done);
  void start_child(uint64_t key, run& one);
  void take_output(const child_output& piece);
  void child_over(const child_ended& end);
  void finish(uint64_t key, tool_output output);
  void listener_gone(const caf::actor_addr& who);

  tool_runner_inside::pointer self;
  tool_equipment equipment;
  step_surroundings around;
  std::map<uint64_t, run> runs;
  uint64_t last_key = 0;
  std::deque<uint64_t> waiting; ///< For a worker.
  std::vector<tool_worker_actor> idle;
  size_t workers = 0;
};

tool_runner_inside::behavior_type
tool_runner(tool_runner_inside::stateful_pointer<tool_runner_state> self, tool_equipment equipment);

} // namespace kodad::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::tool_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::tool_job_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::child_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::child_ended)
