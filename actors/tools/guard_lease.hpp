// GUARD LEASE: one command's look at its workspace, from before it starts until it is over. Whoever
// closes it first does the second look; a lease that nobody closes keeps the workspace's guard up.
#pragma once

#include "storage/host/git_guard/git_guard.hpp"

#include <atomic>
#include <memory>

namespace kodad::actors {

class guard_lease {
public:
  guard_lease(std::shared_ptr<storage::host::git_guard> guard, storage::host::guard_ticket ticket)
      : guard_(std::move(guard)), ticket_(std::move(ticket)) {}

  const storage::host::guard_ticket& ticket() const { return ticket_; }

  bool is_open() const { return is_open_; }

  /// The look after the command. May wait for a disk. Tells what was put back or made inert;
  /// nothing the second time.
  std::vector<std::string> close() {
    return is_open_.exchange(false) ? guard_->end(ticket_) : std::vector<std::string>();
  }

private:
  std::shared_ptr<storage::host::git_guard> guard_;
  storage::host::guard_ticket ticket_;
  std::atomic<bool> is_open_{true};
};

} // namespace kodad::actors
