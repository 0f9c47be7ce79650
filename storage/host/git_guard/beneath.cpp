#include "storage/host/git_guard/beneath.hpp"

#include "storage/host/clock.hpp"
#include "storage/host/open_at.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace kodad::storage::host {

namespace {

std::string random_name() {
  std::string name = ".kodad-guard-";
  for (auto byte : random_bits())
    name += "0123456789abcdef"[static_cast<unsigned>(byte) % 16];
  return name;
}

int exchange(int parent, const std::string& one, const std::string& other, unsigned flags) {
  return static_cast<int>(
      ::syscall(SYS_renameat2, parent, one.c_str(), parent, other.c_str(), flags));
}

/// What tells a large file from another: no one but root can set the time of change.
std::string marks_of(const struct stat& seen) {
  return std::to_string(seen.st_size) + " " + std::to_string(seen.st_ino) + " " +
         std::to_string(seen.st_ctim.tv_sec) + "." + std::to_string(seen.st_ctim.tv_nsec);
}

guarded_item read_link(const descriptor& link) {
  char target[PATH_MAX];
  auto length = ::readlinkat(link.get(), "", target, sizeof target);
  return {item_kind::link, 0, false,
          std::string(target, length > 0 ? static_cast<size_t>(length) : 0)};
}

bool read_bytes(int file, size_t size, std::string& bytes) {
  bytes.resize(size + 1); // One more, so that a file that grew is seen.
  size_t filled = 0;
  while (filled < bytes.size()) {
    auto got = ::read(file, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno != EINTR)
      return false;
    if (got == 0)
      break;
    filled += got > 0 ? static_cast<size_t>(got) : 0;
  }
  bool whole = filled <= size;
  bytes.resize(filled);
  return whole;
}

/// A file that has other names is only unnamed here: taking its rights would reach the others.
void disarm(int parent, const std::string& name) {
  descriptor file(::openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat seen {};
  if (!file.is_open() || ::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode))
    return;
  if (seen.st_nlink > 1)
    (void)::unlinkat(parent, name.c_str(), 0);
  else
    (void)::chmod(("/proc/self/fd/" + std::to_string(file.get())).c_str(), seen.st_mode & 0666);
}

/// Gives what stands at `name` the untrusted name, replacing an older file of that name.
bool set_aside(int parent, const std::string& name, const std::string& shown) {
  auto aside = shown + std::string(untrusted_suffix);
  if (aside.size() > NAME_MAX)
    aside = random_name() + std::string(untrusted_suffix);
  if (::renameat(parent, name.c_str(), parent, aside.c_str()) != 0) {
    if (errno == ENOENT)
      return true;
    aside = random_name() + std::string(untrusted_suffix); // A folder is in the way.
    if (::renameat(parent, name.c_str(), parent, aside.c_str()) != 0)
      return errno == ENOENT;
  }
  disarm(parent, aside);
  return true;
}

bool create(int parent, const std::string& name, const guarded_item& wanted) {
  if (wanted.kind == item_kind::link)
    return ::symlinkat(wanted.bytes.c_str(), parent, name.c_str()) == 0;
  descriptor file(
      ::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open())
    return false;
  std::string_view rest = wanted.bytes;
  while (!rest.empty()) {
    auto count = ::write(file.get(), rest.data(), rest.size());
    if (count < 0 && errno != EINTR)
      return false;
    rest.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return ::fchmod(file.get(), wanted.mode & 0777) == 0;
}

} // namespace

std::string joined(std::string_view base, std::string_view name) {
  return base == "." || base.empty() ? std::string(name)
                                     : std::string(base).append("/").append(name);
}

beneath::beneath(const folder& opened)
    : root_(::fcntl(opened.handle().get(), F_DUPFD_CLOEXEC, 0)), path_(opened.root()) {}

descriptor beneath::open(const std::string& path, int flags) const {
  return open_at(root_.get(), path, static_cast<uint64_t>(flags | O_NOFOLLOW),
                 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

/// Held open so that names in it can be changed, which whoever made it may have forbidden.
descriptor beneath::open_parent(const std::string& path) const {
  auto parent = open(std::string(parent_of(path)), O_PATH | O_DIRECTORY);
  struct stat seen {};
  constexpr mode_t all_rights = 0700;
  bool is_closed = parent.is_open() && ::fstat(parent.get(), &seen) == 0 &&
                   seen.st_uid == ::geteuid() && (seen.st_mode & all_rights) != all_rights;
  if (is_closed)
    (void)::chmod(("/proc/self/fd/" + std::to_string(parent.get())).c_str(),
                  (seen.st_mode & 07777) | all_rights);
  return parent;
}

guarded_item beneath::read(const std::string& path, size_t bytes_max) const {
  // A link itself can be opened in a folder held open, not by RESOLVE_NO_SYMLINKS.
  auto parent = open(std::string(parent_of(path)), O_PATH | O_DIRECTORY);
  if (!parent.is_open())
    return {};
  std::string name(name_of(path));
  descriptor look(::openat(parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat seen {};
  if (!look.is_open() || ::fstat(look.get(), &seen) != 0)
    return {};
  if (S_ISLNK(seen.st_mode))
    return read_link(look);
  if (!S_ISREG(seen.st_mode))
    return {S_ISDIR(seen.st_mode) ? item_kind::directory : item_kind::other, 0, false, {}};
  guarded_item out{item_kind::file, seen.st_mode & 07777u, false, {}};
  auto size = static_cast<size_t>(seen.st_size);
  // Opened by its descriptor: it is the regular file that was looked at, whatever the name is now.
  descriptor file(size > bytes_max ? -1
                                   : ::open(("/proc/self/fd/" + std::to_string(look.get())).c_str(),
                                            O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  out.is_cut = !file.is_open() || !read_bytes(file.get(), size, out.bytes);
  if (out.is_cut)
    out.bytes = marks_of(seen);
  return out;
}

bool beneath::move_aside(const std::string& path) const {
  auto parent = open_parent(path);
  if (!parent.is_open())
    return true; // What lay there is not there any more.
  std::string name(name_of(path));
  return set_aside(parent.get(), name, name);
}

bool beneath::put(const std::string& path, const guarded_item& wanted) const {
  auto parent = open_parent(path);
  if (!parent.is_open())
    return false;
  std::string name(name_of(path));
  auto fresh = random_name();
  if (!create(parent.get(), fresh, wanted)) {
    (void)::unlinkat(parent.get(), fresh.c_str(), 0);
    return false;
  }
  if (exchange(parent.get(), fresh, name, RENAME_NOREPLACE) == 0)
    return true;
  bool done = errno == EEXIST && exchange(parent.get(), fresh, name, RENAME_EXCHANGE) == 0;
  if (!done) {
    (void)::unlinkat(parent.get(), fresh.c_str(), 0);
    return false;
  }
  return set_aside(parent.get(), fresh, name);
}

bool beneath::make_folder(const std::string& path) const {
  auto parent = open_parent(path);
  return parent.is_open() &&
         (::mkdirat(parent.get(), std::string(name_of(path)).c_str(), 0777) == 0 ||
          errno == EEXIST);
}

descriptor beneath::open_unlistable(const std::string& path) const {
  auto directory = open(path, O_PATH | O_DIRECTORY);
  struct stat seen {};
  bool is_ours = directory.is_open() && ::fstat(directory.get(), &seen) == 0 &&
                 seen.st_uid == ::geteuid() && (seen.st_mode & 0100) != 0;
  if (!is_ours)
    return descriptor();
  auto link = "/proc/self/fd/" + std::to_string(directory.get());
  if (::chmod(link.c_str(), (seen.st_mode & 07777) | 0400) != 0)
    return descriptor();
  descriptor opened(::open(link.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  (void)::chmod(link.c_str(), seen.st_mode & 07777);
  return opened;
}

bool beneath::is_writable(const std::string& path) const {
  auto directory = open(path, O_PATH | O_DIRECTORY);
  auto link = "/proc/self/fd/" + std::to_string(directory.get());
  return directory.is_open() && ::access(link.c_str(), W_OK | X_OK) == 0;
}

} // namespace kodad::storage::host
