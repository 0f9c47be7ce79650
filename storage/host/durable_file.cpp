#include "storage/host/durable_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

using proto::ec;
using proto::result;

namespace {

proto::error failure(const std::string& what, const std::string& path) {
  bool is_full = errno == ENOSPC || errno == EDQUOT;
  return proto::make_error(is_full ? ec::storage_full : ec::storage_failed,
                           what + " " + path + ": " + std::strerror(errno));
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

result<void> sync_folder_of(const std::string& path) {
  auto folder = path.substr(0, path.rfind('/'));
  open_file opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd < 0 || ::fsync(opened.fd) != 0)
    return failure("make durable", folder);
  return {};
}

} // namespace

bool file_exists(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0;
}

result<void> make_folders(const std::string& path) {
  if (path.empty() || file_exists(path))
    return {};
  if (auto above = make_folders(path.substr(0, path.rfind('/'))); !above)
    return above;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return failure("create folder", path);
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
  return sync_folder_of(path);
}

result<std::string> read_whole(const std::string& path, uint64_t size) {
  open_file in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.fd < 0)
    return failure("open", path);
  std::string out(size, '\0');
  size_t have = 0;
  while (have < size) {
    auto got = ::read(in.fd, out.data() + have, size - have);
    if (got == 0 || (got < 0 && errno != EINTR))
      return failure("read", path);
    have += got < 0 ? 0 : static_cast<size_t>(got);
  }
  return out;
}

void remove_file(const std::string& path) {
  ::unlink(path.c_str());
}

result<bool> lock_file(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return failure("open", path);
  // The descriptor stays open for as long as the process lives: closing it would let go.
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
    return true;
  bool is_held = errno == EWOULDBLOCK;
  auto why = failure("lock", path);
  ::close(fd);
  if (is_held)
    return false;
  return why;
}

} // namespace kodad::storage::host
