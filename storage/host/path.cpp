#include "storage/host/path.hpp"

#include <cstdlib>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

std::optional<std::string> resolve_folder(const std::string& path) {
  // A NUL would cut the path that the system sees short of the one that was asked for.
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos)
    return std::nullopt;
  std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real)
    return std::nullopt;
  struct stat about {};
  if (::stat(real.get(), &about) != 0 || !S_ISDIR(about.st_mode))
    return std::nullopt;
  return std::string(real.get());
}

std::string current_folder() {
  std::unique_ptr<char, decltype(&std::free)> path(::getcwd(nullptr, 0), &std::free);
  return path ? path.get() : "";
}

} // namespace kodad::storage::host
