// COMMAND: a tool call that is a child process: what to start, and what to make of its output.
// `glob`, `grep` and `bash` are commands. Pure but for the look whether a folder is there.
#pragma once

#include "actors/tools/call_rules.hpp"
#include "actors/tools/exec/output_keeper.hpp"
#include "actors/tools/tool.hpp"
#include "proto/config.hpp"
#include "storage/host/child_spec.hpp"
#include "storage/host/process_host.hpp"

#include <functional>

namespace kodad::actors {

enum class workspace_access : uint8_t { read, write };

struct command {
  storage::host::child_spec spec; ///< Not yet confined.
  workspace_access access = workspace_access::read;
  bool streams = false; ///< Is the output shown while it runs?

  /// Makes the result when the child is gone. The last argument is `spec`.
  std::function<tool_output(const output_keeper&, const storage::host::exit_status&,
                            const storage::host::child_spec&)>
      finish;
};

proto::result<command> glob_command(const storage::host::folder& workspace,
                                    const tool_arguments& given,
                                    const std::optional<call_rules>& rules = {});
/// @param rules Files that they close to reading are not searched. None close nothing. In both they
/// are asked for where the path leads.
proto::result<command> grep_command(const storage::host::folder& workspace,
                                    const tool_arguments& given,
                                    const std::optional<call_rules>& rules = {});
/// @param limits Bound the time that a call may ask for.
proto::result<command> bash_command(const storage::host::folder& workspace,
                                    const tool_arguments& given,
                                    const proto::command_limits& limits);

} // namespace kodad::actors
