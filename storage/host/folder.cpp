#include "storage/host/folder.hpp"

#include "storage/host/folder_order.hpp"
#include "storage/host/open_at.hpp"
#include "storage/host/relative_path.hpp"
#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

constexpr uint64_t open_directory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
// Without O_NONBLOCK a FIFO would hold the thread until somebody writes to it.
constexpr uint64_t open_to_read = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

file_kind kind_of(mode_t mode) {
  if (S_ISREG(mode))
    return file_kind::file;
  if (S_ISDIR(mode))
    return file_kind::directory;
  return S_ISLNK(mode) ? file_kind::link : file_kind::other;
}

std::string_view word_of(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFREG:
    return "a file";
  case S_IFDIR:
    return "a folder";
  case S_IFLNK:
    return "a link";
  case S_IFIFO:
    return "a FIFO";
  case S_IFSOCK:
    return "a socket";
  default:
    return "a device";
  }
}

file_kind kind_of_entry(const dirent& entry) {
  switch (entry.d_type) {
  case DT_REG:
    return file_kind::file;
  case DT_DIR:
    return file_kind::directory;
  case DT_LNK:
    return file_kind::link;
  default:
    return file_kind::other;
  }
}

proto::result<file_status> status_of(const descriptor& file, const std::string& path) {
  struct stat seen {};
  if (::fstat(file.get(), &seen) != 0)
    return system_error(errno, "look at", path);
  file_status out;
  out.kind = kind_of(seen.st_mode);
  out.kind_word = word_of(seen.st_mode);
  out.size = static_cast<uint64_t>(seen.st_size);
  out.modified_ns = int64_t{seen.st_mtim.tv_sec} * 1'000'000'000 + seen.st_mtim.tv_nsec;
  out.mode = seen.st_mode & 07777;
  out.device = seen.st_dev;
  out.inode = seen.st_ino;
  return out;
}

/// Reads to the end or to `bytes_max`, whichever comes first.
proto::result<std::string> read_all(const descriptor& file, size_t size, size_t bytes_max,
                                    const std::string& path) {
  std::string bytes;
  size_t filled = 0;
  while (filled < bytes_max) {
    // One byte more than the size, so that the end is seen without growing.
    bytes.resize(std::min(bytes_max, std::max(size + 1, filled + 64 * 1024)));
    auto got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_error(errno, "read", path);
    if (got == 0)
      break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

proto::error no_regular_file(const std::string& path, const file_status& status) {
  auto what = path + " is " + std::string(status.kind_word);
  return make_error(ec::tool_failed,
                    status.kind == file_kind::directory ? what : what + ", no regular file");
}

/// So often is looked again at what somebody replaces.
constexpr int steady_tries = 64;

proto::error changing(const std::string& path) {
  return make_error(ec::tool_failed, path + " changes all the time; try again");
}

} // namespace

proto::result<folder> open_folder(const std::string& path) {
  folder out;
  out.handle_ = descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (path.empty() || path.front() != '/' || !out.handle_.is_open())
    return system_error(path.empty() || path.front() != '/' ? EINVAL : errno, "open", path);
  out.given_ = path;
  auto link = "/proc/self/fd/" + std::to_string(out.handle_.get());
  char real[PATH_MAX];
  auto length = ::readlink(link.c_str(), real, sizeof real);
  if (length <= 0)
    return system_error(errno, "resolve", path);
  out.root_.assign(real, static_cast<size_t>(length));
  return out;
}

proto::result<folder> open_real_folder(const std::string& path) {
  folder out;
  bool is_absolute = !path.empty() && path.front() == '/';
  if (is_absolute)
    out.handle_ = open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
  if (!out.handle_.is_open())
    return system_error(is_absolute ? errno : EINVAL, "open", path);
  out.given_ = path;
  out.root_ = path;
  return out;
}

proto::result<std::shared_ptr<const descriptor>> folder::held() const {
  auto copy = std::make_shared<const descriptor>(::fcntl(handle_.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy->is_open())
    return system_error(errno, "hold", "the workspace");
  return copy;
}

proto::result<std::string> folder::relative_path(std::string_view path) const {
  auto inside = host::relative_path(root_, path);
  return inside || given_ == root_ ? inside : host::relative_path(given_, path);
}

folder::attempt folder::open(const std::string& path, uint64_t flags) const {
  auto file = open_at(handle_.get(), path, flags, RESOLVE_BENEATH);
  auto number = file.is_open() ? 0 : errno;
  return {std::move(file), number};
}

proto::result<file_content> folder::read_file(const std::string& path, size_t bytes_max) const {
  for (int tries = 0; tries < steady_tries; ++tries) {
    auto content = read_once(path, bytes_max);
    if (!content || !content->path.empty())
      return content;
  }
  return changing(path);
}

/// Without the file's own path when somebody has replaced it meanwhile.
proto::result<file_content> folder::read_once(const std::string& path, size_t bytes_max) const {
  // What stands there is looked at before it is opened: opening a device can do things.
  for (auto flags : {uint64_t{O_PATH | O_CLOEXEC}, open_to_read}) {
    auto tried = open(path, flags);
    if (!tried.file.is_open())
      return system_error(tried.number, "open", path);
    auto status = status_of(tried.file, path);
    if (!status)
      return status.failure();
    if (status->kind != file_kind::file)
      return no_regular_file(path, *status);
    if (flags != open_to_read)
      continue;
    auto real = steady_path(tried.file);
    if (!real)
      return real.failure();
    auto bytes = read_all(tried.file, status->size, bytes_max, path);
    if (!bytes)
      return bytes.failure();
    return file_content{std::move(*bytes), *status, real->value_or("")};
  }
  return make_error(ec::internal, "read " + path);
}

proto::result<std::optional<file_status>> folder::stat(const std::string& path) const {
  auto tried = open(path, O_PATH | O_CLOEXEC);
  if (tried.number == ENOENT || tried.number == ENOTDIR)
    return std::optional<file_status>();
  if (!tried.file.is_open())
    return system_error(tried.number, "look at", path);
  auto status = status_of(tried.file, path);
  if (!status)
    return status.failure();
  return std::optional(*status);
}

proto::result<std::optional<std::string>> folder::link_text(const std::string& path) const {
  auto tried = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (tried.number == ENOENT || tried.number == ENOTDIR)
    return std::optional<std::string>();
  if (!tried.file.is_open())
    return system_error(tried.number, "look at", path);
  auto status = status_of(tried.file, path);
  if (!status || status->kind != file_kind::link)
    return std::optional<std::string>();
  char text[PATH_MAX];
  auto length = ::readlinkat(tried.file.get(), "", text, sizeof text);
  if (length < 0)
    return system_error(errno, "read the link", path);
  return std::optional(std::string(text, static_cast<size_t>(length)));
}

/// The path of what is open; nothing while somebody replaces it: the kernel then marks its name as
/// deleted, or knows it by the one that it is put aside under.
proto::result<std::optional<std::string>> folder::steady_path(const descriptor& inside) const {
  auto real = real_path(inside);
  if (!real)
    return real.failure();
  auto there = open_at(handle_.get(), *real, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (!there.is_open() || name_of(*real).starts_with(temporary_prefix))
    return std::optional<std::string>();
  return std::optional(std::move(*real));
}

proto::result<std::string> folder::resolve(const std::string& path) const {
  std::string below;
  auto above = path;
  for (int unsteady = 0; unsteady < steady_tries;) {
    auto tried = open(above, O_PATH | O_CLOEXEC);
    if (tried.file.is_open()) {
      auto real = steady_path(tried.file);
      if (!real)
        return real.failure();
      if (!*real && ++unsteady > 0)
        continue;
      return below.empty() ? **real : **real == "." ? below : **real + "/" + below;
    }
    if (tried.number != ENOENT || above == ".")
      return system_error(tried.number, "look at", path);
    std::string name(name_of(above));
    below = below.empty() ? name : name + "/" + below;
    above = parent_of(above);
  }
  return changing(path);
}

proto::result<directory_listing> folder::list_directory(const std::string& path,
                                                        size_t entries_max) const {
  auto tried = open(path, open_directory);
  if (!tried.file.is_open())
    return system_error(tried.number, "list", path);
  auto fd = ::fcntl(tried.file.get(), F_DUPFD_CLOEXEC, 0);
  std::unique_ptr<DIR, int (*)(DIR*)> stream(fd < 0 ? nullptr : ::fdopendir(fd), ::closedir);
  if (!stream)
    return system_error(errno, "list", path);
  auto real = real_path(tried.file);
  if (!real)
    return real.failure();
  directory_listing out;
  out.path = std::move(*real);
  while (auto* entry = ::readdir(stream.get())) {
    std::string name = entry->d_name;
    if (name == "." || name == "..")
      continue;
    if (out.entries.size() == entries_max) {
      out.cut = true;
      break;
    }
    out.entries.push_back({std::move(name), kind_of_entry(*entry)});
  }
  std::ranges::sort(out.entries, {}, &directory_entry::name);
  return out;
}

} // namespace kodad::storage::host
