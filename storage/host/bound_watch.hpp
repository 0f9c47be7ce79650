// BOUND WATCH: holds running children to the bounds that the kernel does not hold a whole tree of
// processes to. The spawner asks it when to look next and whom to end.
#pragma once

#include "storage/host/process_meter.hpp"
#include "storage/host/shared_memory.hpp"

namespace kodad::storage::host {

class bound_watch {
public:
  /// @param workspace The open workspace (O_PATH), if its disk is to be watched.
  /// @param holds_tasks The kernel holds the bound on processes, threads counted with them: when
  /// that is reached, starts fail, and the child need not say so.
  void add(pid_t child, const resource_limits& limits, descriptor workspace, bool holds_tasks);

  /// Forgets a child that has ended. Tells the bound that it was ended for or seen to reach.
  resource_bound remove(pid_t child);

  /// Milliseconds until the next look; -1 when nobody is watched.
  int due_in_ms() const;

  /// Looks, if that is due. Tells who has to be ended.
  std::vector<pid_t> look();

private:
  using clock = std::chrono::steady_clock;

  struct watched {
    resource_limits limits;
    descriptor workspace;
    uint64_t free_at_start = 0; ///< 0 where the disk is not watched.
    bool holds_tasks = false;
    resource_bound noticed = resource_bound::none;
    bool is_over = false; ///< Somebody has been told to end it.
    tree_usage usage;
    /// The least that the machine was seen to have since the child began.
    uint64_t shared_at_start = 0;
  };

  void measure(pid_t child, watched& one, const process_table& table);
  uint64_t unseen_bytes(pid_t child, uint64_t growth, const process_table& table) const;
  resource_bound exceeded(watched& one) const;
  static bool notice_tasks(watched& one, uint64_t tasks);
  void relieve_machine(std::vector<pid_t>& over);

  std::map<pid_t, watched> all_;
  clock::time_point next_;
};

} // namespace kodad::storage::host
