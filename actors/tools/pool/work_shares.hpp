// WORK SHARES: which waiting step of a tool call may start. Keeps one workspace or session from
// holding the whole pool, and counts a step that takes long apart from those at work, so that a
// dead disk costs threads but nobody's turn. Pure: the time comes as an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace kodad::actors {

/// Who a step works for, and where.
struct work_place {
  std::string session;
  std::string workspace;
};

class work_shares {
public:
  using time = std::chrono::steady_clock::time_point;
  using ticket = uint64_t;

  enum class answer : uint8_t {
    welcome,
    too_many_wait,
    workspace_hangs, ///< All it may hold has hung past its time-out, or the host's bound is hit.
  };

  /// May a step of this workspace wait for a thread?
  answer ask(const work_place& place, time now) const;

  void add(ticket id, work_place place);

  /// The step that starts now, oldest first, those of healthy workspaces before others.
  std::optional<ticket> next(time now);

  /// The step is over.
  void end(ticket id);

  /// Takes a step that waits out; false when it has started.
  bool withdraw(ticket id);

  size_t waiting() const { return waiting_.size(); }
  size_t running() const { return running_.size(); }
  size_t slow(time now) const;

  /// How long the workspace's oldest step has been running; zero for none.
  std::chrono::milliseconds oldest(const std::string& workspace, time now) const;

private:
  struct step {
    ticket id = 0;
    work_place place;
    time started{};
  };
  struct holding {
    size_t running = 0;
    size_t slow = 0;
  };

  holding of_workspace(const std::string& workspace, time now) const;
  static size_t share(size_t slow_steps);

  std::deque<step> waiting_;
  std::map<ticket, step> running_;
};

} // namespace kodad::actors
