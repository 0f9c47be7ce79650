#include "storage/host/sandbox/writable_places.hpp"

#include "storage/host/open_at.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// Under the fastest exchange of names that was seen a few are enough.
constexpr int attempts_max = 100;

/// Where an open file lies just now; empty where that cannot be told.
std::string name_of(const descriptor& file) {
  std::string out(PATH_MAX, '\0');
  auto link = "/proc/self/fd/" + std::to_string(file.get());
  auto size = ::readlink(link.c_str(), out.data(), out.size());
  out.resize(size > 0 && static_cast<size_t>(size) < out.size() ? static_cast<size_t>(size) : 0);
  return out.starts_with('/') ? out : "";
}

/// The rest of `name` below `top`: empty for itself, nothing when it lies elsewhere.
std::optional<std::string> below(const std::string& name, const std::string& top) {
  if (top.empty() || !name.starts_with(top))
    return std::nullopt;
  auto rest = name.substr(top.size());
  if (rest.empty() || top == "/")
    return rest;
  if (rest.front() != '/')
    return std::nullopt;
  return rest.substr(1);
}

bool are_same(const descriptor& one, const descriptor& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

descriptor open_below(const descriptor& top, const std::string& rest) {
  if (rest.empty())
    return descriptor(::fcntl(top.get(), F_DUPFD_CLOEXEC, 3));
  return open_at(top.get(), rest, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

} // namespace

void writable_places::add(descriptor place) {
  if (place.is_open())
    places_.push_back(std::move(place));
}

void writable_places::guard(descriptor folder, std::vector<guarded_place> places) {
  guarded_folder_ = std::move(folder);
  guarded_ = std::move(places);
}

std::vector<int> writable_places::descriptors() const {
  std::vector<int> out;
  for (const auto& each : places_)
    out.push_back(each.get());
  if (guarded_folder_.is_open())
    out.push_back(guarded_folder_.get());
  return out;
}

bool writable_places::is_guarded(const std::string& name) const {
  if (guarded_.empty())
    return false;
  auto rest = below(name, name_of(guarded_folder_));
  return rest && std::ranges::any_of(guarded_, [&rest](const guarded_place& each) {
           return each.how == guarded_place::protection::read_only && below(*rest, each.path);
         });
}

bool writable_places::is_guarded(const descriptor& file) const {
  return is_guarded(name_of(file));
}

/// EAGAIN when the name has come to mean something else.
opened_place writable_places::open_once(const descriptor& seen) const {
  auto name = name_of(seen);
  if (name.empty() || is_guarded(name))
    return {{}, EPERM};
  int number = EPERM;
  for (const auto& place : places_) {
    auto rest = below(name, name_of(place));
    if (!rest)
      continue;
    auto found = open_below(place, *rest);
    if (found.is_open() && are_same(found, seen))
      return {std::move(found), 0};
    number = EAGAIN;
  }
  return {{}, number};
}

opened_place writable_places::open_again(const descriptor& seen) const {
  for (int i = 0; i < attempts_max; ++i) {
    auto out = open_once(seen);
    if (out.number != EAGAIN)
      return out;
  }
  return {{}, EPERM}; // Gone by now, or never at rest.
}

opened_place writable_places::open(int folder, const std::string& path, bool follows) const {
  uint64_t flags = follows ? O_PATH : O_PATH | O_NOFOLLOW;
  for (int i = 0; i < attempts_max; ++i) {
    auto seen = open_at(folder, path, flags, 0);
    if (!seen.is_open())
      return {{}, errno};
    auto out = open_once(seen);
    if (out.number != EAGAIN)
      return out;
  }
  return {{}, EPERM};
}

} // namespace kodad::storage::host
