#include "storage/host/durable_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

using proto::ec;
using proto::result;

namespace {

ec code_of(int number) {
  if (number == ENOSPC || number == EDQUOT)
    return ec::storage_full;
  // Soon over, and no word about the file.
  if (number == EMFILE || number == ENFILE || number == ENOMEM)
    return ec::host_full;
  return ec::storage_failed;
}

proto::error failure(const std::string& what, const std::string& path) {
  return proto::make_error(code_of(errno), what + " " + path + ": " + std::strerror(errno));
}

/// A descriptor that closes itself.
struct open_file {
  explicit open_file(int number) : fd(number) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (fd >= 0)
      ::close(fd);
  }
  int fd;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return true;
}

/// "." for a plain name, "/" for what stands in the root.
std::string folder_of(const std::string& path) {
  auto slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

bool file_exists(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0;
}

result<std::optional<file_version>> version_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0)
    return std::optional(
        file_version{static_cast<uint64_t>(about.st_size), about.st_ino,
                     about.st_ctim.tv_sec * 1'000'000'000 + about.st_ctim.tv_nsec});
  if (errno == ENOENT || errno == ENOTDIR)
    return std::optional<file_version>();
  return failure("look at", path);
}

bool holds_something(const std::string& path) {
  std::error_code failed;
  auto about = std::filesystem::symlink_status(path, failed);
  if (failed || about.type() == std::filesystem::file_type::not_found)
    return false;
  return about.type() != std::filesystem::file_type::directory ||
         !std::filesystem::is_empty(path, failed) || failed;
}

result<void> remove_folder(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed)
    return proto::make_error(ec::storage_failed, "remove " + path + ": " + failed.message());
  return {};
}

result<void> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return failure("rename to", to);
  return sync_folder(folder_of(to));
}

result<void> make_folders(const std::string& path) {
  if (path.empty() || file_exists(path))
    return {};
  auto above = folder_of(path);
  if (auto made = make_folders(above); !made)
    return made;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return failure("create folder", path);
  return sync_folder(above);
}

result<void> sync_folder(const std::string& path) {
  open_file folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd < 0 || ::fsync(folder.fd) != 0)
    return failure("make durable", path);
  return {};
}

result<void> write_durably(const std::string& path, std::string_view bytes) {
  auto temporary = path + ".new";
  {
    open_file out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (out.fd < 0 || !write_all(out.fd, bytes) || ::fsync(out.fd) != 0) {
      auto why = failure("write", path);
      ::unlink(temporary.c_str());
      return why;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return failure("rename to", path);
  return sync_folder(folder_of(path));
}

result<void> try_to_write(const std::string& path, uint64_t size) {
  open_file out(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.fd < 0)
    return failure("write", path);
  result<void> done;
  // The room is taken without writing it all; one page shows that the disk takes it.
  int code = ::posix_fallocate(out.fd, 0, static_cast<off_t>(size));
  if (code != 0)
    errno = code;
  if (code != 0 || !write_all(out.fd, std::string(4096, '\0')) || ::fsync(out.fd) != 0)
    done = failure("write", path);
  ::unlink(path.c_str());
  return done;
}

result<std::string> read_whole(const std::string& path, uint64_t size) {
  open_file in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.fd < 0)
    return failure("open", path);
  std::string out(size, '\0');
  size_t have = 0;
  while (have < size) {
    auto got = ::read(in.fd, out.data() + have, size - have);
    if (got == 0)
      return proto::make_error(ec::storage_failed, "read " + path + ": it is too short");
    if (got < 0 && errno != EINTR)
      return failure("read", path);
    have += got < 0 ? 0 : static_cast<size_t>(got);
  }
  return out;
}

void remove_file(const std::string& path) {
  ::unlink(path.c_str());
}

std::vector<std::string> files_below(const std::string& path) {
  std::vector<std::string> out;
  std::error_code failed;
  std::filesystem::recursive_directory_iterator at(path, failed);
  for (; !failed && at != std::filesystem::end(at); at.increment(failed))
    if (at->is_regular_file(failed))
      out.push_back(at->path().string());
  return out;
}

result<std::optional<file_lock>> file_lock::take(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return failure("open", path);
  file_lock out(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
    return std::optional(std::move(out));
  if (errno == EWOULDBLOCK)
    return std::optional<file_lock>();
  return failure("lock", path);
}

file_lock::~file_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

} // namespace kodad::storage::host
