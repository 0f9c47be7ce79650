// BASELINE: what git would run or obey in a workspace, as it stood when no command ran there. It
// is kept in a file while commands run, so that a kodad that was killed can end its looks at the
// next start, and it can be cut out of, or laid into, the baseline of a workspace around it.
#pragma once

#include "proto/result.hpp"
#include "storage/host/git_guard/beneath.hpp"

#include <map>
#include <set>
#include <vector>

namespace kodad::storage::host {

/// Written into files: never renumber.
enum class item_role : uint8_t {
  config = 0,     ///< `config`, `config.worktree` of a git directory.
  git_file = 1,   ///< `.git` that is no folder.
  commondir = 2,  ///< Of a working tree's git directory.
  gitdir = 3,     ///< Likewise.
  alternates = 4, ///< Where else objects lie.
  todo = 5,       ///< What `git rebase --continue` will do.
  hooks = 6,      ///< The folder of hooks of a git directory.
  hook = 7,       ///< What lies in it, at any depth.
  named = 8,      ///< A file that a person's configuration names.
  tree = 9,       ///< A folder that it names, with everything in it.
  inside = 10,    ///< What lies in it.
  own = 11,       ///< kodad's own configuration at the top.
  strategy = 12,  ///< The merge strategy that a stopped rebase or cherry-pick goes on with.
  state = 13,     ///< The folder of such a state.
  way = 14,       ///< A link on the way to any of these.
};

struct kept_item {
  item_role role = item_role::config;
  guarded_item item;
};

/// A path in a configuration: absolute, or taken from the top of whatever working tree git is in.
struct relative_name {
  std::string git_dir; ///< Whose working trees; empty for all.
  std::string path;
  bool is_tree = false;
  bool is_weak = false; ///< A plain word: only meant if such a program is there. Not kept.
};

struct baseline {
  std::string root;
  uint64_t device = 0;
  uint64_t inode = 0;
  std::set<std::string> git_dirs;
  std::set<std::string> bases;           ///< Working trees.
  std::map<std::string, kept_item> kept; ///< By path.
  std::set<std::string> named;           ///< Files named, also those that are not there.
  std::set<std::string> trees;           ///< Folders named, likewise. Not written into files.
  std::vector<relative_name> relative_names;
  bool is_cut = false;
};

/// The part of `whole` below the folder `prefix`, as a baseline of that folder.
baseline cut_out(const baseline& whole, const std::string& prefix);

/// Replaces what `whole` says of the folder `prefix` by what `part` says.
void lay_in(baseline& whole, const std::string& prefix, const baseline& part);

std::string encode(const baseline& value);
/// Nothing for a file that was not written to its end.
std::optional<baseline> decode_baseline(std::string_view bytes);

/// The workspace that bytes of a baseline name although they are damaged; empty for none.
std::string root_of_damaged(std::string_view bytes);

} // namespace kodad::storage::host
