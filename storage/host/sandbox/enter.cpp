#include "storage/host/sandbox/enter.hpp"

#include "storage/host/sandbox/bubblewrap.hpp"
#include "storage/host/sandbox/landlock.hpp"
#include "storage/host/sandbox/syscall_filter.hpp"

#include <unistd.h>

namespace kodad::storage::host {

namespace {

setup_failure enter_bubblewrap(const child_spec& spec, int workspace,
                               std::vector<std::string>& argv, std::string& program) {
  const auto& what = *spec.confined;
  staged_trees staged;
  if (auto failure = stage(what, workspace, spec.limits.processes, staged))
    return failure;
  auto network = what.network ? network_access::host : network_access::none;
  auto filter = syscall_filter(filter_for::namespaces, network,
                               staged.system_v_is_bounded ? system_v::bounded : system_v::refused);
  if (!filter.is_open())
    return failed_to("make the syscall filter");
  if (what.network)
    if (auto failure = part_from_abstract_sockets())
      return failure;
  // It must outlive the exec; the number stays taken until then.
  auto kept = ::dup(filter.get());
  if (kept < 0)
    return failed_to("keep the syscall filter");
  auto all = bubblewrap_arguments(what, staged, kept);
  all.insert(all.end(), argv.begin(), argv.end());
  argv = std::move(all);
  program = std::move(staged.program);
  return {};
}

} // namespace

setup_failure enter_sandbox(const child_spec& spec, int workspace, const std::string& temporary,
                            int channel, std::vector<std::string>& argv, std::string& program) {
  switch (spec.confined->mode) {
  case sandbox_mode::bubblewrap:
    return enter_bubblewrap(spec, workspace, argv, program);
  case sandbox_mode::landlock:
    return enter_landlock(*spec.confined, workspace, temporary, channel);
  case sandbox_mode::unavailable:
  case sandbox_mode::off:
    break;
  }
  return {"confine it without a sandbox", EINVAL};
}

} // namespace kodad::storage::host
