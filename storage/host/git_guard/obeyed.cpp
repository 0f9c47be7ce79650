// What kodad's own file tools may not write, asked for one path: the same shapes and names as the
// looks know, without a walk.
#include "proto/git/pointer.hpp"
#include "proto/limits/git_guard.hpp"
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

bool is_obeyed_by_git(const folder& workspace, const std::string& path,
                      const operator_files& person) {
  beneath below(workspace);
  name_reader names(below, person);
  names.read_person();
  std::vector<std::string> bases;
  for (std::string at = path; at != ".";) {
    std::string above(parent_of(at));
    if (is_git_dir_with(below, above, name_of(at)))
      return true;
    auto git_dir = joined(above, ".git");
    bases.push_back(above);
    auto item = below.read(git_dir, proto::limits::guard_file_bytes_max);
    if (item.kind == item_kind::directory)
      names.read_repository(git_dir);
    // A working tree or a submodule: its configuration lies elsewhere. A link is not followed.
    auto target = proto::git::read_git_file(item.bytes);
    if (item.kind == item_kind::file && target)
      names.read_elsewhere(*target, below.root() + "/" + above);
    at = above;
  }
  for (const auto& name : names.take())
    for (const auto& base : bases) {
      auto named = proto::git::path_inside(below.root(), base, name.path);
      if (named && !name.is_weak && *named != base &&
          (path == *named || path.starts_with(*named + "/")))
        return true;
    }
  return false;
}

} // namespace kodad::storage::host
