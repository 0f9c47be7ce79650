#include "http/start/tools.hpp"

#include "actors/tools/catalog.hpp"
#include "http/report.hpp"
#include "storage/host/sandbox/sandbox.hpp"

namespace kodad::http {

proto::result<actors::tool_equipment>
equip_tools(const proto::config& config, const std::string& state_folder,
            std::shared_ptr<storage::host::process_host> processes, host_facts& facts) {
  auto sandbox = storage::host::settle_sandbox(config.sandbox, *processes);
  if (!sandbox)
    return sandbox.failure();
  facts.sandbox = words(sandbox->mode)[static_cast<size_t>(sandbox->mode)];
  facts.sandbox_reason = sandbox->reason;
  for (const auto& tool : actors::tool_specs())
    facts.tools.push_back(tool.name);
  // What a command of a kodad that was killed left, git must not run either.
  auto guard = std::make_shared<storage::host::git_guard>(
      storage::host::git_guard_options{state_folder + "/guard"});
  for (const auto& line : guard->recover())
    tell(line);
  actors::tool_equipment out;
  out.processes = std::move(processes);
  out.sandbox = std::make_shared<const storage::host::sandbox_settings>(std::move(*sandbox));
  out.guard = std::move(guard);
  out.tell_operator = [](const std::string& line) { tell(line); };
  out.outputs_folder = state_folder + "/outputs";
  return out;
}

std::optional<std::string> sandbox_notice(const host_facts& facts) {
  if (facts.sandbox == "unavailable")
    return "no sandbox works here (" + facts.sandbox_reason +
           "): commands are refused; mend that, or set sandbox.mode: off";
  if (facts.sandbox == "off")
    return "the sandbox is off (sandbox.mode: off): commands run with all that this user may do";
  if (!facts.sandbox_reason.empty())
    return "commands run under Landlock only (" + facts.sandbox_reason + ")";
  return std::nullopt;
}

} // namespace kodad::http
