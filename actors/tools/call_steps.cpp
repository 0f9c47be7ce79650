#include "actors/tools/call_steps.hpp"

#include "actors/tools/files/read.hpp"
#include "actors/tools/files/write.hpp"

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;

namespace {

prepared_call over(tool_output output) {
  return {std::move(output), {}};
}

/// The command as the sandbox runs it. Looks at the workspace.
prepared_call confined(proto::result<command> made, const tool_run_request& what,
                       const step_surroundings& around) {
  if (!made)
    return over(failed(made.failure()));
  if (around.sandbox != host::sandbox_mode::none) {
    auto spec = host::confine(std::move(made->spec), {what.workspace, made->access, {}});
    if (!spec)
      return over(failed(spec.failure()));
    made->spec = std::move(*spec);
  }
  return {{}, std::move(*made)};
}

} // namespace

prepared_call prepare_call(const tool_run_request& what, const step_surroundings& around,
                           std::stop_token given_up) {
  auto workspace = host::open_folder(what.workspace);
  if (!workspace)
    return over(failed(ec::workspace_vanished, "the session's folder is gone"));
  auto given = tool_arguments::parse(what.input);
  if (!given)
    return over(failed(given.failure()));
  file_turns turns{*around.order, std::move(given_up)};
  const auto& tool = what.tool;
  if (tool == "read")
    return over(read_tool(*workspace, *given));
  if (tool == "write")
    return over(write_tool(*workspace, *given, turns));
  if (tool == "edit")
    return over(edit_tool(*workspace, *given, turns));
  auto made = tool == "bash"   ? bash_command(*workspace, *given)
              : tool == "grep" ? grep_command(*workspace, *given)
              : tool == "glob" ? glob_command(*workspace, *given)
                               : proto::make_error(ec::tool_not_found, "no such tool: " + tool);
  return confined(std::move(made), what, around);
}

tool_output result_of_child(const prepared_call& call, const child_result& child) {
  const auto& started = *call.to_start;
  auto out = started.finish(child.kept, child.status, started.spec);
  if (!child.complaint.empty())
    out.text += "\n(" + child.complaint + ")";
  return out;
}

tool_output conclude_call(const tool_run_request&, prepared_call call, const child_result* child) {
  if (call.over)
    return std::move(*call.over);
  return result_of_child(call, *child);
}

} // namespace kodad::actors
