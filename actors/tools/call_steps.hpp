// CALL STEPS: the two blocking halves of a tool call. `prepare_call` opens the workspace, reads the
// arguments and does the work, or makes the command that will; then comes the child, if there is
// one; `conclude_call` makes the result. Both run on a thread of the pool: they may wait for a
// disk. No actor in here, and no process is started.
#pragma once

#include "actors/messages.hpp"
#include "actors/tools/command.hpp"
#include "actors/tools/files/call_order.hpp"
#include "actors/tools/files/file_order.hpp"
#include "actors/tools/guard_lease.hpp"
#include "actors/tools/output/output_desk.hpp"
#include "storage/host/sandbox/sandbox.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace kodad::actors {

/// What the steps of all calls share.
struct step_surroundings {
  std::shared_ptr<const storage::host::sandbox_settings> sandbox;
  std::shared_ptr<storage::host::git_guard> guard;
  /// Tells the operator what a command left that git would have run. From any thread.
  std::function<void(const std::string&)> tell_operator;
  std::shared_ptr<file_order> order = std::make_shared<file_order>();
  std::shared_ptr<call_order> lines = std::make_shared<call_order>();
};

/// A call after its first step: over, or a command whose child is to be started. Whatever the
/// second step must know of the first travels in here.
struct prepared_call {
  std::optional<tool_output> over;
  std::optional<command> to_start;      ///< Its spec is confined.
  std::shared_ptr<guard_lease> guarded; ///< Of a command that may write.
};

/// The first step. @param given_up Once set nothing is changed any more: the call has been ended
/// without waiting for this step.
prepared_call prepare_call(const tool_run_request& what, const step_surroundings& around,
                           std::stop_token given_up);

/// The last step. @param child Missing when there was none.
tool_output conclude_call(const tool_run_request& what, const step_surroundings& around,
                          prepared_call call, const child_result* child);

/// The result of a command by what it said alone, where the last step cannot be waited for. Looks
/// at no disk.
tool_output result_of_child(const prepared_call& call, const child_result& child);

} // namespace kodad::actors
