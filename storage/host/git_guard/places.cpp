#include "storage/host/git_guard/places.hpp"

#include "proto/git/config_judge.hpp"
#include "storage/host/git_guard/gather.hpp"
#include "storage/host/git_guard/mend.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>

namespace kodad::storage::host {

namespace {

using protection = guarded_place::protection;

/// Would the judge leave all of this repository as it is?
bool is_plain(const baseline& look, const std::string& git_dir) {
  auto start = git_dir == "." ? std::string() : git_dir + "/";
  for (auto one = look.kept.lower_bound(start); one != look.kept.end(); ++one) {
    const auto& [path, kept] = *one;
    if (!path.starts_with(start))
      break;
    if (kept.role == item_role::hook)
      return false;
    bool is_config = kept.role == item_role::config;
    if (is_config && !proto::git::judge_config(kept.item.bytes, {look.root, git_dir}).harmless)
      return false;
  }
  return true;
}

/// The first component is what matters: submodules of the workspace's own repository.
bool belongs_to_root(const std::string& path) {
  return is_name(std::string_view(path).substr(0, path.find('/')), ".git");
}

bool is_mountable(const kept_item& one) {
  return one.item.kind == item_kind::file || one.item.kind == item_kind::directory;
}

void add_git_dir(const baseline& look, const std::string& git_dir,
                 std::vector<guarded_place>& out) {
  if (is_name(name_of(git_dir), ".git"))
    out.push_back({git_dir, protection::pinned});
  for (const auto* name : {"config", "config.worktree", "commondir", "hooks"}) {
    auto found = look.kept.find(joined(git_dir, name));
    if (found != look.kept.end() && is_mountable(found->second))
      out.push_back({found->first, protection::read_only});
  }
}

} // namespace

std::vector<guarded_place> places_of(const baseline& look) {
  std::vector<guarded_place> out;
  for (const auto& git_dir : look.git_dirs) {
    // The git directories of further working trees come and go with `git worktree`.
    bool is_tree = repository_of(git_dir) != git_dir;
    if (!is_tree && (belongs_to_root(git_dir) || !is_plain(look, git_dir)))
      add_git_dir(look, git_dir, out);
  }
  for (const auto& [path, one] : look.kept) {
    bool is_named = one.role == item_role::named || one.role == item_role::tree ||
                    one.role == item_role::own ||
                    (one.role == item_role::git_file && path.find('/') == path.npos);
    if (is_named && is_mountable(one))
      out.push_back({path, protection::read_only});
  }
  std::ranges::sort(out, {}, &guarded_place::path);
  return out;
}

std::vector<std::string> notes_of(const baseline& look) {
  std::vector<std::string> out;
  for (const auto& [path, one] : look.kept)
    if (one.item.kind == item_kind::link &&
        (one.role == item_role::git_file || one.role == item_role::own ||
         one.role == item_role::hooks || one.role == item_role::config))
      out.push_back(shown(path) + " is a link: it is left as it is and not followed.");
  if (look.is_cut)
    out.push_back("The workspace is too large to be looked through for git repositories; what "
                  "was not seen is taken for new after the command.");
  return out;
}

} // namespace kodad::storage::host
