// The half of `folder` that writes: a temporary file in the target's own folder, made durable and
// then renamed over the target. The parent is held open, so that whoever renames it meanwhile
// moves the write with it but cannot send it outside.
#include "storage/host/clock.hpp"
#include "storage/host/folder.hpp"
#include "storage/host/git_guard/git_guard.hpp"
#include "storage/host/relative_path.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

constexpr uint64_t open_parent_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t new_file_mode = 0666; // The umask takes from it.

proto::error is_guarded(const std::string& path) {
  return make_error(ec::tool_denied, path + " is protected and may not be written");
}

/// The folders of git and of kodad, by name and by shape.
bool is_kept_from_tools(const folder& workspace, const std::string& path) {
  return is_protected(path) || makes_git_dir(workspace, path);
}

std::string temporary_name() {
  std::string name = ".kodad-write-";
  for (auto byte : random_bits())
    name += "0123456789abcdef"[static_cast<unsigned>(byte) % 16];
  return name;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR)
      return false;
    if (count > 0)
      bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool is_link(int parent, const std::string& name) {
  struct stat seen {};
  return ::fstatat(parent, name.c_str(), &seen, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(seen.st_mode);
}

/// Gives the temporary file the looks of the one it replaces. A foreign owner cannot always be
/// kept; the content matters more.
void adopt_looks(int file, const struct stat& old) {
  if (::fchown(file, old.st_uid, old.st_gid) != 0 && old.st_uid != ::geteuid())
    errno = 0;
  (void)::fchmod(file, old.st_mode & 0777);
}

bool fill(int parent, const std::string& temporary, std::string_view bytes,
          const struct stat* old) {
  descriptor file(::openat(parent, temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, new_file_mode));
  if (!file.is_open())
    return false;
  if (old)
    adopt_looks(file.get(), *old);
  return write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

/// Writes `name` within the opened folder `parent`.
proto::result<write_outcome> replace(int parent, const std::string& name, std::string_view bytes) {
  struct stat old {};
  bool existed = ::fstatat(parent, name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (existed && !S_ISREG(old.st_mode))
    return make_error(ec::tool_failed, name + " is no regular file");
  auto temporary = temporary_name();
  if (!fill(parent, temporary, bytes, existed ? &old : nullptr) ||
      ::renameat(parent, temporary.c_str(), parent, name.c_str()) != 0) {
    auto failure = system_error(errno, "write", name);
    ::unlinkat(parent, temporary.c_str(), 0);
    return failure;
  }
  if (::fsync(parent) != 0)
    return system_error(errno, "make durable", name);
  return write_outcome{!existed};
}

} // namespace

proto::result<std::string> folder::real_path(const descriptor& inside) const {
  auto read = [](int fd) {
    char text[PATH_MAX];
    auto length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), text, sizeof text);
    return std::string(text, length > 0 ? static_cast<size_t>(length) : 0);
  };
  // The root is asked again: somebody may have renamed it since it was opened.
  return host::relative_path(read(handle_.get()), read(inside.get()));
}

proto::result<descriptor> folder::open_parent(const std::string& path,
                                              write_options options) const {
  std::string parent(parent_of(path));
  auto tried = open(parent, open_parent_flags);
  if (tried.file.is_open())
    return std::move(tried.file);
  if (tried.number != ENOENT || !options.create_parents || parent == ".")
    return system_error(tried.number, "open", parent);
  auto above = open_parent(parent, options);
  if (!above)
    return above;
  auto real = real_path(*above);
  if (!real)
    return real.failure();
  std::string name(name_of(parent));
  if (is_kept_from_tools(*this, joined(*real, name)))
    return is_guarded(parent);
  if (::mkdirat(above->get(), name.c_str(), 0777) != 0 && errno != EEXIST)
    return system_error(errno, "create", parent);
  tried = open(parent, open_parent_flags);
  if (!tried.file.is_open())
    return system_error(tried.number, "open", parent);
  return std::move(tried.file);
}

/// Where the chain of links at `path` ends.
proto::result<std::string> folder::link_target(const std::string& path) const {
  auto tried = open(path, O_PATH | O_CLOEXEC);
  if (tried.number == ENOENT)
    return make_error(ec::tool_denied, path + " is a link that leads nowhere inside");
  if (!tried.file.is_open())
    return system_error(tried.number, "follow", path);
  auto real = real_path(tried.file);
  // The kernel marks so the name of a file that was replaced since it was opened.
  if (real && real->ends_with(" (deleted)"))
    return make_error(ec::tool_failed, path + " changed while it was written; try again");
  return real;
}

proto::result<write_outcome> folder::write_file(const std::string& path, std::string_view bytes,
                                                write_options options) const {
  if (path == "." || is_protected(path))
    return is_guarded(path);
  git_obeyed obeyed(*this, operator_files_of_environment());
  if (obeyed.holds(path)) // Before any folder is made for it.
    return is_guarded(path);
  auto target = path;
  auto parent = open_parent(path, options);
  if (!parent)
    return parent.failure();
  if (is_link(parent->get(), std::string(name_of(path)))) {
    auto end = link_target(path);
    if (!end)
      return end.failure();
    target = *end;
    parent = open_parent(target, {});
    if (!parent)
      return parent.failure();
  }
  // The name that counts is the real one of the folder now held open, whatever the path said.
  auto real = real_path(*parent);
  if (!real)
    return real.failure();
  auto end = joined(*real, name_of(target));
  if (is_kept_from_tools(*this, end) || obeyed.holds(end))
    return is_guarded(path);
  return replace(parent->get(), std::string(name_of(target)), bytes);
}

} // namespace kodad::storage::host
