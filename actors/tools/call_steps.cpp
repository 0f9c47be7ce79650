#include "actors/tools/call_steps.hpp"

#include "actors/tools/argument_rules.hpp"
#include "actors/tools/files/read.hpp"
#include "actors/tools/files/write.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;

namespace {

prepared_call over(tool_output output) {
  return {std::move(output), {}, {}};
}

bool has_network(const host::sandbox_settings& sandbox, const proto::agent_id& agent) {
  return sandbox.network ||
         std::ranges::find(sandbox.network_agents, agent) != sandbox.network_agents.end();
}

/// The first look at a workspace that a command may write.
proto::result<std::shared_ptr<guard_lease>> look(const host::folder& workspace,
                                                 const step_surroundings& around) {
  auto ticket = around.guard->begin(workspace);
  if (!ticket)
    return ticket.failure();
  return std::make_shared<guard_lease>(around.guard, std::move(*ticket));
}

/// The command as the sandbox runs it. Looks at the workspace.
prepared_call confined(proto::result<command> made, const host::folder& workspace,
                       const tool_run_request& what, const step_surroundings& around) {
  if (!made)
    return over(failed(made.failure()));
  prepared_call out;
  host::command_access access;
  access.writable = made->access == workspace_access::write;
  access.network = has_network(*around.sandbox, what.agent);
  if (access.writable && around.sandbox->mode != host::sandbox_mode::unavailable) {
    auto looked = look(workspace, around);
    if (!looked)
      return over(failed(looked.failure()));
    out.guarded = std::move(*looked);
    access.places = out.guarded->ticket().places;
  }
  auto spec = host::confine(std::move(made->spec), *around.sandbox, workspace, access);
  if (!spec) {
    if (out.guarded)
      (void)out.guarded->close();
    return over(failed(spec.failure()));
  }
  made->spec = std::move(*spec);
  out.to_start = std::move(*made);
  return out;
}

void append_lines(std::string& text, const std::vector<std::string>& lines) {
  for (const auto& line : lines)
    text += (text.empty() || text.back() == '\n' ? "(" : "\n(") + line + ")";
}

} // namespace

prepared_call prepare_call(const tool_run_request& what, const step_surroundings& around,
                           std::stop_token given_up) {
  auto workspace = host::open_real_folder(what.workspace);
  // A host that is short of descriptors or memory has not lost the folder.
  if (!workspace && workspace.failure().code == ec::host_full)
    return over(failed(workspace.failure()));
  if (!workspace)
    return over(failed(ec::workspace_vanished, "the session's folder is gone"));
  auto ruled = without_rules(what.input);
  auto given = read_arguments(what.tool, ruled.input);
  if (!given)
    return over(failed(given.failure()));
  file_turns turns{*around.order, std::move(given_up)};
  const auto& tool = what.tool;
  if (tool == "read")
    return over(read_tool(*workspace, *given, ruled.rules));
  if (tool == "write")
    return over(write_tool(*workspace, *given, turns, ruled.rules));
  if (tool == "edit")
    return over(edit_tool(*workspace, *given, turns, ruled.rules));
  auto made = tool == "bash"   ? bash_command(*workspace, *given, around.sandbox->limits)
              : tool == "grep" ? grep_command(*workspace, *given, ruled.rules)
              : tool == "glob" ? glob_command(*workspace, *given, ruled.rules)
                               : proto::make_error(ec::tool_not_found, "no such tool: " + tool);
  return confined(std::move(made), *workspace, what, around);
}

tool_output result_of_child(const prepared_call& call, const child_result& child) {
  const auto& started = *call.to_start;
  auto out = started.finish(child.kept, child.status, started.spec);
  if (!child.complaint.empty())
    out.text += "\n(" + child.complaint + ")";
  return out;
}

tool_output conclude_call(const tool_run_request& what, const step_surroundings& around,
                          prepared_call call, const child_result* child) {
  if (call.over)
    return std::move(*call.over);
  auto out = result_of_child(call, *child);
  if (!call.guarded)
    return out;
  auto mended = call.guarded->close();
  append_lines(out.text, call.guarded->ticket().notes);
  append_lines(out.text, mended);
  for (const auto& line : mended)
    around.tell_operator("session " + what.session.text + ": " + line);
  return out;
}

} // namespace kodad::actors
