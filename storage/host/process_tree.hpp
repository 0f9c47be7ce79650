// PROCESS TREE: who descends from whom, as /proc tells it. A snapshot: what forks meanwhile may be
// missing, so callers that must get everybody ask until nobody is left.
#pragma once

#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

/// The direct children, the unreaped dead included. Complete when `parent` is the caller itself.
std::vector<pid_t> children_of(pid_t parent);

/// All descendants of `root`, parents before children, without `root` itself.
std::vector<pid_t> descendants_of(pid_t root);

} // namespace kodad::storage::host
