#include "storage/host/temporary_folders.hpp"

#include "storage/host/descriptor.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

constexpr std::string_view own_beginning = "kodad-";
constexpr size_t random_letters = 6; // As many as `mkdtemp` puts in.

} // namespace

std::optional<pid_t> server_of(std::string_view name) {
  if (!name.starts_with(own_beginning))
    return std::nullopt;
  name.remove_prefix(own_beginning.size());
  pid_t out = 0;
  auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), out);
  name.remove_prefix(static_cast<size_t>(end - name.data()));
  bool is_ours =
      problem == std::errc() && out > 0 && name.size() == 1 + random_letters && name.front() == '-';
  return is_ours ? std::optional(out) : std::nullopt;
}

std::string make_temporary() {
  auto name = "/tmp/" + std::string(own_beginning) + std::to_string(::getppid()) + "-XXXXXX";
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
    auto server = server_of(each->path().filename().string());
    struct stat seen {};
    if (!server)
      continue;
    bool is_gone = ::kill(*server, 0) != 0 && errno == ESRCH;
    if (is_gone && ::lstat(each->path().c_str(), &seen) == 0 && S_ISDIR(seen.st_mode) &&
        seen.st_uid == ::geteuid())
      out.push_back(each->path());
  }
  return out;
}

} // namespace kodad::storage::host
