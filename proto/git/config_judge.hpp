// THE CONFIG JUDGE: may a git configuration that an agent wrote stay where a person's git will
// read it? Only entries known to run nothing, to read no other file and to send nothing elsewhere
// may: a list of what is allowed, never one of what is dangerous, since git learns new keys. Pure.
#pragma once

#include "proto/git/config_text.hpp"

namespace kodad::proto::git {

/// Where a configuration stands; decides what `core.worktree` may name.
struct config_place {
  std::string root;    ///< The workspace, absolute and without links.
  std::string git_dir; ///< Relative to it, without links.

  /// Of a git directory that was there before: a person's own hooks and drivers are named from the
  /// working tree, so none may get another.
  bool is_fixed = false;
};

struct config_verdict {
  bool harmless = false;
  std::string harmless_part;          ///< A whole file without what may not stay.
  std::vector<std::string> taken_out; ///< The names of what may not, each once.
};

/// For a configuration that was not there before.
config_verdict judge_config(std::string_view bytes, const config_place& place);

/// For one that was: everything that may run something is as before and in the same order, no
/// value of a person's was replaced, no remote and no identity is gone, and the rest is harmless.
bool is_harmless_change(std::string_view before, std::string_view after, const config_place& place);

/// Is this entry on the list?
bool runs_nothing(const config_entry& entry, const config_place& place);

} // namespace kodad::proto::git
