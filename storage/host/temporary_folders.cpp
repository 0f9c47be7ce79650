#include "storage/host/temporary_folders.hpp"

#include "storage/host/descriptor.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

std::string make_temporary() {
  auto name = "/tmp/kodad-" + std::to_string(::getppid()) + "-XXXXXX";
  return ::mkdtemp(name.data()) ? name : "";
}

void open_up(const std::string& path) {
  auto start = path;
  char* starts[] = {start.data(), nullptr};
  auto* walk = ::fts_open(starts, FTS_PHYSICAL | FTS_XDEV, nullptr);
  while (auto* entry = walk ? ::fts_read(walk) : nullptr) {
    if (entry->fts_info != FTS_D)
      continue;
    // Told before it is read.
    descriptor folder(::open(entry->fts_accpath, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    (void)::chmod(("/proc/self/fd/" + std::to_string(folder.get())).c_str(), 0700);
  }
  if (walk)
    ::fts_close(walk);
}

std::vector<std::string> left_temporaries() {
  std::vector<std::string> out;
  std::error_code ignored;
  for (std::filesystem::directory_iterator each("/tmp", ignored), end; each != end;
       each.increment(ignored)) {
    pid_t server = 0;
    auto name = each->path().filename().string();
    struct stat seen {};
    if (std::sscanf(name.c_str(), "kodad-%d-", &server) != 1 || server <= 0)
      continue;
    bool is_gone = ::kill(server, 0) != 0 && errno == ESRCH;
    if (is_gone && ::lstat(each->path().c_str(), &seen) == 0 && S_ISDIR(seen.st_mode) &&
        seen.st_uid == ::geteuid())
      out.push_back(each->path());
  }
  return out;
}

} // namespace kodad::storage::host
