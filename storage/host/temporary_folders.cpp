#include "storage/host/temporary_folders.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

std::string make_temporary() {
  auto name = "/tmp/kodad-" + std::to_string(::getppid()) + "-XXXXXX";
  return ::mkdtemp(name.data()) ? name : "";
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
