// GIT GUARD: keeps what an agent's command leaves in a workspace from being run by the git of the
// person who works there later, outside the sandbox. It looks before a command, says what a
// sandbox should mount read-only, looks again afterwards, and puts back or makes inert what
// changed. Repositories that a command makes stay and work; only what git would run goes.
//
// Commands of many sessions overlap, in one workspace or in nested ones. What appears while one of
// them runs is never believed: the first look of such a group is everyone's. It also lies in a
// file, so that a killed kodad ends its looks at the next start. Not guarded: what a person's own
// tools build or run from the workspace (make, npm), and git's readers of objects and indexes.
#pragma once

#include "proto/result.hpp"
#include "storage/host/folder.hpp"
#include "storage/host/git_guard/named_files.hpp"
#include "storage/host/sandbox/confinement.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace kodad::storage::host {

struct guard_ticket {
  uint64_t id = 0;
  std::vector<guarded_place> places; ///< Those above before those below.
  std::vector<std::string> notes;    ///< For the operator.
};

struct git_guard_options {
  std::string state_folder; ///< Of the guard's own, created on demand.
  operator_files person = operator_files_of_environment();
};

/// One a host. Any number of threads may call; every call blocks for as long as the disk does.
class git_guard {
public:
  explicit git_guard(git_guard_options options);
  ~git_guard();

  /// The look before a command. Fails when the folder or the state folder cannot be used; then no
  /// command may run.
  proto::result<guard_ticket> begin(const folder& workspace);

  /// The look after it, in the folder that `begin` was given, wherever that is now. One sentence
  /// for each thing that was put back or made inert; none after an honest command.
  std::vector<std::string> end(const guard_ticket& ticket);

  /// Waits until no look is open: what every command left is put back or made inert, and its
  /// file is gone. False when that is not so at `until`; the next start sees to the rest.
  bool await_rest(std::chrono::steady_clock::time_point until);

  /// Ends the looks of a kodad that did not. Call once, before the first `begin`.
  std::vector<std::string> recover();

private:
  struct flight;

  std::shared_ptr<flight> join(const folder& workspace, bool& is_first);
  proto::result<void> prepare(flight& one, const folder& workspace);
  void add_around(flight& one, baseline& look) const;
  proto::result<void> save(flight& one) const;
  void leave(const std::shared_ptr<flight>& one);
  std::shared_ptr<flight> find(uint64_t ticket);

  git_guard_options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<flight>> flights_; ///< One for each workspace with commands.
  std::map<uint64_t, std::shared_ptr<flight>> tickets_;
  uint64_t last_ticket_ = 0;
};

/// Does writing this path make or change a git directory, by whatever name?
bool makes_git_dir(const folder& workspace, const std::string& path);

/// What kodad's own file tools must leave alone in a workspace: the same that a look before a
/// command finds. Making one is such a look and blocks as long.
class git_obeyed {
public:
  git_obeyed(const folder& workspace, const operator_files& person);

  /// Is this real path run or read by git, or does it lie in a folder that is?
  bool holds(const std::string& path) const;

private:
  baseline look_;
};

} // namespace kodad::storage::host
