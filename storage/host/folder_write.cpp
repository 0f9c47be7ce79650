// The half of `folder` that writes: a temporary file in the target's own folder, made durable and
// then renamed over the target. The parent is held open, so that whoever renames it meanwhile
// moves the write with it but cannot send it outside. Whether git would obey what is written is
// asked in one step with the change, and again after it, for what a command made meanwhile.
#include "storage/host/clock.hpp"
#include "storage/host/folder.hpp"
#include "storage/host/folder_order.hpp"
#include "storage/host/git_guard/beneath.hpp"
#include "storage/host/git_guard/git_guard.hpp"
#include "storage/host/relative_path.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <fcntl.h>
#include <functional>
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

folder_order::turn take_turn(int directory) {
  static folder_order order;
  return order.take(directory);
}

std::string temporary_name() {
  std::string name(temporary_prefix);
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

/// May this be changed? Asked with the folder's turn held.
using permit = std::function<proto::result<void>()>;

/// A file that is about to stand at a name in the opened folder `parent`.
struct replacement {
  int parent;
  const std::string& name;
  const std::string& temporary;
  bool is_new;
  bool is_exchanged = false; ///< The temporary one is the old file now.

  /// The old file becomes the temporary one, where the file system can do that.
  bool put() {
    is_exchanged = !is_new && swap();
    if (!is_exchanged)
      return ::renameat(parent, temporary.c_str(), parent, name.c_str()) == 0;
    struct stat old {};
    if (::fstatat(parent, temporary.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISDIR(old.st_mode))
      return true;
    (void)swap();
    errno = EISDIR;
    return false;
  }

  void take_back() const {
    if (is_new)
      (void)::unlinkat(parent, name.c_str(), 0);
    else if (is_exchanged)
      (void)::renameat(parent, temporary.c_str(), parent, name.c_str());
    else
      (void)::renameat(parent, name.c_str(), parent,
                       (name + std::string(untrusted_suffix)).c_str());
  }

  bool swap() const {
    return ::renameat2(parent, temporary.c_str(), parent, name.c_str(), RENAME_EXCHANGE) == 0;
  }
};

/// Puts the filled temporary file there if that is permitted, before and after.
proto::result<void> exchange(replacement one, const permit& permitted) {
  auto turn = take_turn(one.parent);
  if (auto before = permitted(); !before)
    return before;
  if (!one.put())
    return system_error(errno, "write", one.name);
  auto after = permitted();
  if (!after)
    one.take_back();
  return after;
}

/// Writes `name` within the opened folder `parent`.
proto::result<write_outcome> replace(int parent, const std::string& name, std::string_view bytes,
                                     const permit& permitted) {
  struct stat old {};
  bool existed = ::fstatat(parent, name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (existed && !S_ISREG(old.st_mode))
    return make_error(ec::tool_failed, name + " is no regular file");
  auto temporary = temporary_name();
  auto done = fill(parent, temporary, bytes, existed ? &old : nullptr)
                  ? exchange({parent, name, temporary, !existed}, permitted)
                  : system_error(errno, "write", name);
  // The file that did not get there, or the old one.
  if (!done || existed)
    ::unlinkat(parent, temporary.c_str(), 0);
  if (!done)
    return done.failure();
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
  if (auto made = make_folder(*above, parent); !made)
    return made.failure();
  tried = open(parent, open_parent_flags);
  if (!tried.file.is_open())
    return system_error(tried.number, "open", parent);
  return std::move(tried.file);
}

/// May tools change `path`, whose parent is held open? @param shown For the message.
proto::result<void> folder::permit_change(const descriptor& parent, const std::string& path,
                                          const std::string& shown) const {
  // The name that counts is the real one of the folder now held open, whatever the path said.
  auto real = real_path(parent);
  if (!real)
    return real.failure();
  if (is_kept_from_tools(*this, joined(*real, name_of(path))))
    return is_guarded(shown);
  return {};
}

/// As `permit_change`, and whoever asked for the change has a say.
proto::result<void> folder::permit_file(const descriptor& parent, const std::string& path,
                                        const std::string& shown,
                                        const path_permit& permitted) const {
  if (auto kept = permit_change(parent, path, shown); !kept || !permitted)
    return kept;
  auto real = real_path(parent);
  if (!real)
    return real.failure();
  return permitted(joined(*real, name_of(path)));
}

/// Makes the folder `path` in the one that is held open, unless it is there.
proto::result<void> folder::make_folder(const descriptor& above, const std::string& path) const {
  std::string name(name_of(path));
  auto turn = take_turn(above.get());
  if (auto before = permit_change(above, path, path); !before)
    return before;
  if (::mkdirat(above.get(), name.c_str(), 0777) != 0)
    return errno == EEXIST ? proto::result<void>() : system_error(errno, "create", path);
  auto after = permit_change(above, path, path);
  if (!after)
    (void)::unlinkat(above.get(), name.c_str(), AT_REMOVEDIR);
  return after;
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
  auto real = real_path(*parent);
  if (!real)
    return real.failure();
  if (obeyed.holds(joined(*real, name_of(target))))
    return is_guarded(path);
  auto permitted = [&] { return permit_file(*parent, target, path, options.permitted); };
  // Before anything is written.
  if (auto early = permitted(); !early)
    return early.failure();
  return replace(parent->get(), std::string(name_of(target)), bytes, permitted);
}

} // namespace kodad::storage::host
