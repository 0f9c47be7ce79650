#include "http/start/tools.hpp"

#include "actors/tools/catalog.hpp"
#include "storage/host/sandbox.hpp"

namespace kodad::http {

actors::tool_equipment equip_tools(const proto::config& config,
                                   std::shared_ptr<storage::host::process_host> processes,
                                   host_facts& facts) {
  auto sandbox = config.sandbox == proto::sandbox_mode::off
                     ? storage::host::sandbox_state{{}, "switched off by the configuration"}
                     : storage::host::probe_sandbox(*processes);
  facts.sandbox = words(sandbox.mode)[static_cast<size_t>(sandbox.mode)];
  facts.sandbox_reason = sandbox.reason;
  for (const auto& tool : actors::tool_specs())
    facts.tools.push_back(tool.name);
  return {std::move(processes), sandbox.mode};
}

} // namespace kodad::http
