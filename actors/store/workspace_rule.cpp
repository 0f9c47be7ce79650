#include "actors/store/workspace_rule.hpp"

#include "storage/host/path.hpp"

#include <algorithm>

namespace kodad::actors {

using storage::host::lies_in;

proto::result<resolved_workspace> allowed_workspace(const resolve_workspace& wish) {
  auto refused = proto::field_error(proto::ec::workspace_not_allowed, "workspace",
                                    "the folder does not exist or lies outside the allowed roots");
  auto path = storage::host::resolve_folder(wish.path);
  if (!path)
    return refused;
  for (const auto& root : wish.roots)
    if (lies_in(*path, root))
      return resolved_workspace{*path};
  return refused;
}

std::string likely_disk(const resolve_workspace& wish) {
  std::string out = "outside";
  size_t longest = 0;
  for (const auto& root : wish.roots) {
    if (root.size() < longest || !lies_in(wish.path, root))
      continue;
    longest = root.size();
    auto below = root == "/" ? 1 : root.size() + 1;
    out = wish.path.substr(0, std::min(wish.path.find('/', below), wish.path.size()));
  }
  return out;
}

} // namespace kodad::actors
