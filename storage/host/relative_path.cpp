#include "storage/host/relative_path.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <climits>
#include <vector>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

/// Calls `visit` with each component of `path` that is neither empty nor ".".
template <class Visit>
void each_component(std::string_view path, Visit visit) {
  while (!path.empty()) {
    auto slash = std::min(path.find('/'), path.size());
    auto part = path.substr(0, slash);
    if (!part.empty() && part != ".")
      visit(part);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
}

std::string join(const std::vector<std::string_view>& parts, size_t from) {
  std::string out;
  for (size_t i = from; i < parts.size(); ++i)
    out.append(out.empty() ? "" : "/").append(parts[i]);
  return out.empty() ? "." : out;
}

proto::error leads_out() {
  return make_error(ec::tool_denied, "the path leads outside the workspace");
}

} // namespace

proto::result<std::string> relative_path(std::string_view root, std::string_view path) {
  if (path.empty() || path.size() >= PATH_MAX || path.find('\0') != path.npos)
    return make_error(ec::tool_invalid_args, "the path is empty, too long or holds a NUL");
  bool climbs_out = false;
  std::vector<std::string_view> parts;
  each_component(path, [&](std::string_view part) {
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
    else
      climbs_out = path.front() != '/'; // "/.." is "/"
  });
  if (climbs_out)
    return leads_out();
  if (path.front() != '/')
    return join(parts, 0);
  std::vector<std::string_view> base;
  each_component(root, [&](std::string_view part) { base.push_back(part); });
  if (parts.size() < base.size() || !std::equal(base.begin(), base.end(), parts.begin()))
    return leads_out();
  return join(parts, base.size());
}

bool is_protected(std::string_view relative) {
  bool found = false;
  each_component(relative, [&](std::string_view part) {
    auto name = proto::text::to_lower(part);
    found = found || name == ".git" || name == ".kodad" || name == "kodad.yaml";
  });
  return found;
}

std::string_view parent_of(std::string_view relative) {
  auto slash = relative.rfind('/');
  return slash == relative.npos ? std::string_view(".") : relative.substr(0, slash);
}

std::string_view name_of(std::string_view relative) {
  return relative.substr(relative.rfind('/') + 1);
}

} // namespace kodad::storage::host
