#include "actors/tools/files/dead_link.hpp"

#include "storage/host/relative_path.hpp"

#include <algorithm>

namespace kodad::actors {

namespace host = storage::host;

namespace {

constexpr int hops_max = 40; // As the kernel has it.

/// What the link at `path` names, as a path in the workspace; an error for a way out.
proto::result<std::string> named_by(const host::folder& workspace, const std::string& path,
                                    const std::string& text) {
  if (text.starts_with('/'))
    return workspace.relative_path(text);
  auto parent = workspace.resolve(std::string(host::parent_of(path)));
  if (!parent)
    return parent;
  return workspace.relative_path(*parent + "/" + text);
}

/// Where the link at `path` leads, whose text is known.
std::string describe(const host::folder& workspace, const std::string& path, std::string text) {
  bool is_absolute = false;
  auto target = path;
  for (int hops = 0; hops < hops_max; ++hops) {
    is_absolute = is_absolute || text.starts_with('/');
    auto named = named_by(workspace, target, text);
    if (!named)
      return path + " is a link that leads outside the workspace";
    target = *named;
    auto next = workspace.link_text(target);
    if (next && *next) {
      text = **next;
      continue;
    }
    auto about = workspace.stat(target);
    bool is_there = about && *about;
    if (is_there && is_absolute)
      return path + " is a link with an absolute target, which is not followed; name " + target +
             " itself";
    return path + " is a link to " + target + (is_there ? "" : ", where nothing is");
  }
  return path + " is a link that leads in a circle";
}

} // namespace

std::string dead_link(const host::folder& workspace, const std::string& path) {
  for (size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    auto part = path.substr(0, end);
    auto text = workspace.link_text(part);
    if (!text)
      return "";
    if (!*text)
      continue;
    auto about = workspace.stat(part);
    if (!about || !*about)
      return describe(workspace, part, **text);
  }
  return "";
}

proto::result<host::file_status> look_at(const host::folder& workspace, const std::string& path,
                                         std::string_view kind) {
  using proto::ec;
  auto about = workspace.stat(path);
  if (about && *about)
    return **about;
  auto code = about ? ec::tool_failed : about.failure().code;
  bool may_be_link = code == ec::tool_failed || code == ec::tool_denied;
  if (auto why = may_be_link ? dead_link(workspace, path) : ""; !why.empty())
    return proto::make_error(code, why);
  if (!about)
    return about.failure();
  return proto::make_error(code, "there is no " + std::string(kind) + " " + path);
}

} // namespace kodad::actors
