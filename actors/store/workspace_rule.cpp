#include "actors/store/workspace_rule.hpp"

#include "storage/host/path.hpp"

namespace kodad::actors {

namespace {

bool lies_in(const std::string& path, const std::string& root) {
  return path == root || root == "/" || (path.starts_with(root) && path[root.size()] == '/');
}

} // namespace

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

} // namespace kodad::actors
