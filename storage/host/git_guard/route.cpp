#include "storage/host/git_guard/route.hpp"

#include "proto/limits/git_guard.hpp"

#include <algorithm>
#include <climits>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

/// The target of a link of the person's.
std::optional<std::string> read_link(const std::string& path) {
  char target[PATH_MAX];
  auto length = ::readlink(path.c_str(), target, sizeof target);
  if (length <= 0)
    return std::nullopt;
  return std::string(target, static_cast<size_t>(length));
}

std::string take_component(std::string& rest) {
  auto start = std::min(rest.find_first_not_of('/'), rest.size());
  auto end = std::min(rest.find('/', start), rest.size());
  auto out = rest.substr(start, end - start);
  rest.erase(0, end);
  return out;
}

} // namespace

std::optional<std::string> router::inside(const std::string& path) const {
  const auto& root = workspace_.root();
  if (path == root || (path.empty() && root == "/"))
    return ".";
  auto start = root == "/" ? root : root + "/";
  return path.starts_with(start) ? std::optional(path.substr(start.size())) : std::nullopt;
}

const std::optional<std::string>& router::link_at(const std::string& path) {
  auto known = seen_.find(path);
  if (known != seen_.end())
    return known->second;
  std::optional<std::string> target;
  if (auto inner = inside(path)) {
    auto item = workspace_.read(*inner, 0);
    if (item.kind == item_kind::link)
      target = std::move(item.bytes);
  } else {
    target = read_link(path);
  }
  return seen_.emplace(path, std::move(target)).first->second;
}

route router::follow(const std::string& path) {
  route out;
  std::string at; // "" is the root of all.
  int links = 0;
  for (auto rest = path.substr(0, PATH_MAX); !rest.empty();) {
    auto part = take_component(rest);
    if (part.empty() || part == ".")
      continue;
    if (part == "..") {
      at.resize(std::min(at.rfind('/'), at.size()));
      continue;
    }
    auto next = at + "/" + part;
    const auto& target = inside(next) == "." ? std::nullopt : link_at(next);
    if (!target) {
      at = std::move(next);
      continue;
    }
    if (auto inner = inside(next))
      out.links.push_back(std::move(*inner));
    out.is_endless = ++links > proto::limits::guard_links_max;
    if (out.is_endless || target->size() + rest.size() > PATH_MAX)
      return out;
    if (target->starts_with('/'))
      at.clear();
    rest = *target + rest;
  }
  out.inside = inside(at);
  out.end = at.empty() ? "/" : at;
  return out;
}

} // namespace kodad::storage::host
