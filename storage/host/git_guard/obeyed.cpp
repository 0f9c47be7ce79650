// What kodad's own file tools may not write: what a look before a command would find, and what
// would make a git directory of a folder.
#include "storage/host/git_guard/gather.hpp"
#include "storage/host/git_guard/git_guard.hpp"
#include "storage/host/git_guard/walk.hpp"
#include "storage/host/relative_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

bool has(const descriptor& directory, const char* name, std::string_view added) {
  struct stat seen {};
  return is_name(added, name) || ::fstatat(directory.get(), name, &seen, AT_SYMLINK_NOFOLLOW) == 0;
}

/// HEAD is a file or a link.
bool has_head(const descriptor& directory, std::string_view added) {
  struct stat seen {};
  return is_name(added, "head") ||
         (::fstatat(directory.get(), "HEAD", &seen, AT_SYMLINK_NOFOLLOW) == 0 &&
          !S_ISDIR(seen.st_mode));
}

/// Is `path` a git directory, or would it be one with `added` in it?
bool is_git_dir_with(const beneath& workspace, const std::string& path, std::string_view added) {
  auto directory = workspace.open(path, O_PATH | O_DIRECTORY);
  if (!directory.is_open() || !has_head(directory, added))
    return false;
  return has(directory, "commondir", added) ||
         (has(directory, "objects", added) && has(directory, "refs", added));
}

} // namespace

bool makes_git_dir(const folder& workspace, const std::string& path) {
  beneath below(workspace);
  for (std::string at = path; at != ".";) {
    std::string above(parent_of(at));
    if (is_git_dir_with(below, above, name_of(at)))
      return true;
    at = above;
  }
  return false;
}

git_obeyed::git_obeyed(const folder& workspace, const operator_files& person) {
  beneath below(workspace);
  look_ = gather_before(below, walk(below), person);
}

bool git_obeyed::holds(const std::string& path) const {
  if (look_.kept.contains(path) || look_.named.contains(path))
    return true;
  for (std::string at = path; at != "."; at = parent_of(at)) {
    auto kept = look_.kept.find(at);
    bool is_tree = kept != look_.kept.end() && kept->second.item.kind == item_kind::directory;
    if (is_tree || look_.trees.contains(at) || look_.named.contains(at))
      return true;
  }
  return false;
}

} // namespace kodad::storage::host
