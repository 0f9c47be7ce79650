#include "storage/host/sandbox/enter.hpp"

#include "storage/host/sandbox/bubblewrap.hpp"
#include "storage/host/sandbox/landlock.hpp"
#include "storage/host/sandbox/syscall_filter.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// Of Landlock's scopes; see landlock.cpp.
struct scope_only {
  uint64_t handled_access_fs = 0;
  uint64_t handled_access_net = 0;
  uint64_t scoped = 1; // Abstract sockets.
};

/// With the host's network come its abstract sockets, which have no file that could be hidden.
setup_failure part_from_abstract_sockets() {
  constexpr size_t create_ruleset = SYS_landlock_create_ruleset;
  if (landlock_version() < landlock_version_needed)
    return {"keep apart from the host's abstract sockets", ENOTSUP};
  scope_only wanted;
  auto rules = static_cast<int>(::syscall(create_ruleset, &wanted, sizeof wanted, 0));
  if (rules < 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_landlock_restrict_self, rules, 0) != 0)
    return failed_to("keep apart from the host's abstract sockets");
  ::close(rules);
  return {};
}

setup_failure enter_bubblewrap(const child_spec& spec, int workspace,
                               std::vector<std::string>& argv, std::string& program) {
  const auto& what = *spec.confined;
  staged_trees staged;
  if (auto failure = stage(what, workspace, spec.limits.processes, staged))
    return failure;
  auto network = what.network ? network_access::host : network_access::none;
  auto filter = syscall_filter(filter_for::namespaces, network);
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
                            std::vector<std::string>& argv, std::string& program) {
  switch (spec.confined->mode) {
  case sandbox_mode::bubblewrap:
    return enter_bubblewrap(spec, workspace, argv, program);
  case sandbox_mode::landlock:
    return enter_landlock(*spec.confined, workspace, temporary);
  case sandbox_mode::unavailable:
  case sandbox_mode::off:
    break;
  }
  return {"confine it without a sandbox", EINVAL};
}

} // namespace kodad::storage::host
