// Where links and git's pointers lead, for `gather` and `mend`.
#include "storage/host/git_guard/gather.hpp"

#include "proto/git/pointer.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>

namespace kodad::storage::host {

namespace git = proto::git;

std::optional<std::string> spelt_target(const guarded_item& item) {
  return item.kind == item_kind::link   ? git::read_path_line(item.bytes)
         : item.kind == item_kind::file ? git::read_git_file(item.bytes)
                                        : std::nullopt;
}

bool is_copied_link(const baseline& before, const std::string& path, const guarded_item& item) {
  auto start = path + "/";
  auto kept = before.kept.lower_bound(start);
  auto named = before.named.lower_bound(start);
  bool was_folder = (kept != before.kept.end() && kept->first.starts_with(start)) ||
                    (named != before.named.end() && named->starts_with(start));
  return item.kind == item_kind::link && !item.bytes.starts_with('/') && !was_folder &&
         !before.kept.contains(path) && std::ranges::any_of(before.kept, [&](const auto& one) {
           return one.second.item == item && name_of(one.first) == name_of(path);
         });
}

std::string repository_of(const std::string& git_dir) {
  auto above = std::string(parent_of(git_dir));
  return name_of(above) == "worktrees" ? std::string(parent_of(above)) : git_dir;
}

std::optional<std::string> target_of(const beneath& workspace, const std::string& path,
                                     const guarded_item& item) {
  auto target = spelt_target(item);
  if (!target)
    return std::nullopt;
  return git::path_inside(workspace.root(), parent_of(path), *target);
}

} // namespace kodad::storage::host
