#include "storage/host/path.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

std::optional<std::string> real_path(const std::string& path) {
  // A NUL would cut the path that the system sees short of the one that was asked for.
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos)
    return std::nullopt;
  std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::optional<std::string>(real.get()) : std::nullopt;
}

std::optional<std::string> resolve_folder(const std::string& path) {
  auto real = real_path(path);
  struct stat about {};
  if (!real || ::stat(real->c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
    return std::nullopt;
  return real;
}

path_look look_at(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return {path_kind::nothing, std::strerror(errno)};
  if (S_ISDIR(about.st_mode))
    return {path_kind::folder, ""};
  return {S_ISREG(about.st_mode) ? path_kind::file : path_kind::other, ""};
}

bool lies_in(std::string_view path, std::string_view folder) {
  return path == folder || folder == "/" ||
         (path.starts_with(folder) && path[folder.size()] == '/');
}

std::string current_folder() {
  std::unique_ptr<char, decltype(&std::free)> path(::getcwd(nullptr, 0), &std::free);
  return path ? path.get() : "";
}

} // namespace kodad::storage::host
