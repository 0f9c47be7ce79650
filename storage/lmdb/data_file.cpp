#include "storage/lmdb/data_file.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::lmdb {

int reach(int fd, uint64_t bytes) {
  struct stat about {};
  if (::fstat(fd, &about) != 0)
    return errno;
  auto wanted = static_cast<off_t>(bytes);
  if (about.st_size >= wanted)
    return 0;
  return ::ftruncate(fd, wanted) == 0 && ::fdatasync(fd) == 0 ? 0 : errno;
}

bool is_at(int fd, const std::string& path) {
  struct stat open {};
  struct stat there {};
  if (::fstat(fd, &open) != 0)
    return true;
  if (::stat(path.c_str(), &there) != 0)
    return errno != ENOENT && errno != ENOTDIR;
  return open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

} // namespace kodad::storage::lmdb
